import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CradleError } from '../../dbus/errors.js';
import type { DeviceId } from '../../hal/device.js';
import { stopIfCancelled } from '../../plugins/cancel.js';
import type { Login } from '../../plugins/contract.js';
import type { Secrets, SecretsComplaint } from './secrets.js';

/** Bytes; thousands of logins. A file that is longer is none of ours. */
const LONGEST_FILE = 1024 * 1024;
/** Whoever else may read, write or run it. */
const OTHERS = 0o077;

/** Logins in one file that its owner alone may read. What it holds is never told, not even when it is broken. */
export class FileSecrets implements Secrets {
  readonly #path: string;
  readonly #changed: () => void;
  #complaint: SecretsComplaint | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** `changed` is called when there is another complaint, or none any more. */
  constructor(path: string, changed: () => void = () => {}) {
    this.#path = path;
    this.#changed = changed;
  }

  get complaint(): SecretsComplaint | undefined {
    return this.#complaint;
  }

  get(device: DeviceId, signal: AbortSignal): Promise<Login | undefined> {
    return this.#inTurn(signal, async () => (await this.#read()).get(device));
  }

  put(device: DeviceId, login: Login, signal: AbortSignal): Promise<void> {
    return this.#inTurn(signal, async () => {
      const logins = await this.#read();
      await this.#write(new Map([...logins, [device, { user: login.user, password: login.password }]]));
    });
  }

  remove(device: DeviceId, signal: AbortSignal): Promise<void> {
    return this.#inTurn(signal, async () => {
      const logins = new Map(await this.#read());
      if (logins.delete(device)) await this.#write(logins);
    });
  }

  /** One after the other, so that of two changes none is lost; what has begun is finished. */
  #inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      stopIfCancelled(signal, 'looking up a password');
      try {
        const result = await work();
        this.#complain(undefined);
        return result;
      } catch (thrown) {
        const error = asSecretsError(thrown, this.#path);
        this.#complain(error.message);
        throw error;
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  #complain(message: string | undefined): void {
    if (this.#complaint?.message === message) return;
    this.#complaint = message === undefined ? undefined : { where: this.#path, message };
    this.#changed();
  }

  async #read(): Promise<ReadonlyMap<string, Login>> {
    let file: FileHandle;
    try {
      file = await open(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return new Map();
      throw error;
    }
    try {
      const { mode, uid, size } = await file.stat();
      if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw this.#refusal('is no file');
      if (uid !== process.getuid?.()) throw this.#refusal('belongs to somebody else');
      if ((mode & OTHERS) !== 0) throw this.#refusal('may be read by others: make it private with chmod 600');
      if (size > LONGEST_FILE) throw this.#refusal('is too long to be a file of passwords');
      return this.#parse(await file.readFile('utf8'));
    } finally {
      await file.close();
    }
  }

  #parse(text: string): ReadonlyMap<string, Login> {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      // What JSON.parse() says quotes the text, so it must not get anywhere, not even as a cause.
      throw this.#refusal('cannot be understood: it is no JSON');
    }
    const logins = new Map<string, Login>();
    if (!isRecord(content) || !isRecord(content.logins)) throw this.#refusal('cannot be understood: it has no logins');
    for (const [device, login] of Object.entries(content.logins)) {
      if (!isRecord(login) || typeof login.user !== 'string' || typeof login.password !== 'string')
        throw this.#refusal('cannot be understood: a login lacks its user or password');
      logins.set(device, { user: login.user, password: login.password });
    }
    return logins;
  }

  /** Durable under another name before it takes the place of what was. */
  async #write(logins: ReadonlyMap<string, Login>): Promise<void> {
    const folder = dirname(this.#path);
    const temporary = `${this.#path}.part`;
    const text = `${JSON.stringify({ logins: Object.fromEntries(logins) })}\n`;
    if (Buffer.byteLength(text) > LONGEST_FILE)
      throw new CradleError('LimitsExceeded', `there is no room in ${this.#path} for one more password`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // One that a crash has left behind is not written into: nobody knows whose it is.
    await rm(temporary, { force: true });
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  #refusal(what: string): CradleError {
    return new CradleError('Failed', `the file of passwords ${this.#path} ${what}`);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && 'code' in thrown ? thrown.code : undefined);

function asSecretsError(thrown: unknown, path: string): CradleError {
  if (thrown instanceof CradleError) return thrown;
  const code = codeOf(thrown);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new CradleError('NoSpace', `there is no space for the file of passwords ${path}`, { cause: thrown });
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return new CradleError('ReadOnly', `the file of passwords ${path} cannot be opened or written`, { cause: thrown });
  if (code === 'ELOOP')
    return new CradleError('Failed', `the file of passwords ${path} is a link, which is not followed`);
  return new CradleError('Failed', `the file of passwords ${path} cannot be used (${String(code)})`);
}
