import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CradleError } from '../dbus/errors.js';
import { UsageError } from './exit.js';
import type { Screen } from './screen.js';

/** Standard input: process.stdin is one. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** Characters; nobody's password is longer. */
const LONGEST = 256;

const KEYS = { enter: /[\r\n]/, stop: '\u0003', end: '\u0004', erase: /[\b\u007f]/, eraseAll: '\u0015' } as const;

/**
 * A password: the first line of a file, or of what is piped in, or typed without being shown, `twice` to be sure. It is
 * never a word of the command line, which every user of the machine can read.
 */
export async function readPassword(
  {
    input,
    notes,
    file,
    twice,
  }: {
    readonly input: Input;
    readonly notes: Screen;
    readonly file: string | undefined;
    readonly twice: boolean;
  },
  signal: AbortSignal,
): Promise<string> {
  if (file !== undefined && file !== '-') return checked(await firstLineOf(file));
  if (input.isTTY !== true) return checked(await piped(input, signal));
  const password = await typed(input, notes, 'Password: ', signal);
  if (twice && password !== (await typed(input, notes, 'Once more: ', signal)))
    throw new UsageError('the two passwords are not the same');
  return checked(password);
}

function checked(password: string): string {
  if (password === '') throw new UsageError('the password is empty');
  if (password.length > LONGEST) throw new UsageError(`the password has more than ${LONGEST} characters`);
  return password;
}

async function firstLineOf(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST * 4 + 2));
    return lineIn(buffer.subarray(0, bytesRead).toString('utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    throw new UsageError(`no password can be read from ${path}: ${code}`);
  }
}

const lineIn = (text: string): string => text.split(/\r?\n/, 1)[0] ?? '';

async function piped(input: Input, signal: AbortSignal): Promise<string> {
  let text = '';
  await hear(input, signal, (chunk) => {
    text += chunk;
    return text.includes('\n') || text.length > LONGEST * 2;
  });
  return lineIn(text);
}

/** What is typed, with nothing shown of it. */
async function typed(input: Input, notes: Screen, prompt: string, signal: AbortSignal): Promise<string> {
  let text = '';
  notes.raw(prompt);
  input.setRawMode?.(true);
  try {
    await hear(input, signal, (chunk) => {
      for (const key of chunk) {
        if (key === KEYS.stop) throw new CradleError('Cancelled', 'no password was given');
        if (KEYS.enter.test(key) || key === KEYS.end) return true;
        if (KEYS.erase.test(key)) text = [...text].slice(0, -1).join('');
        else if (key === KEYS.eraseAll) text = '';
        else if (!/\p{Cc}/u.test(key)) text += key;
      }
      return text.length > LONGEST * 2;
    });
  } finally {
    input.setRawMode?.(false);
    notes.raw('\n');
  }
  return text;
}

/** Hands over what comes in until `enough` says so or nothing more comes. */
function hear(input: Input, signal: AbortSignal, enough: (chunk: string) => boolean): Promise<void> {
  input.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      input.off('data', take).off('end', done).off('error', fail).pause();
      signal.removeEventListener('abort', stop);
      settle();
    };
    const take = (chunk: unknown): void => {
      try {
        if (enough(String(chunk))) finish(resolve);
      } catch (error) {
        finish(() => reject(error));
      }
    };
    const done = (): void => finish(resolve);
    const fail = (error: Error): void => finish(() => reject(error));
    const stop = (): void => fail(new CradleError('Cancelled', 'no password was given'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    input.on('data', take).on('end', done).on('error', fail).resume();
  });
}
