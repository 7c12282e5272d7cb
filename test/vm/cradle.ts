import { BUS_NAME, dbus, interfaces, paths } from '../../src/dbus/names.js';
import type { Guest } from './guest.js';
import type { Outcome } from './shell.js';
import { until } from './until.js';

export type Json = Readonly<Record<string, unknown>>;

const UNIT = 'cradle.service';

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly Json[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value.filter(isJson);
}

/** What busctl prints, with the type taken off every variant. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isJson(value)) return value;
  if (typeof value.type === 'string' && 'data' in value) return plain(value.data);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

/** Only some fields of a JSON object, for comparing. */
export function fields(json: Json | undefined, ...names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, json?.[name]]));
}

/** Cradle in the guest, as its user meets it: the command line, the service, the journal. */
export class Cradle {
  constructor(private readonly guest: Guest) {}

  /** `cradle ...`, whatever its exit code. */
  attempt(...words: readonly string[]): Promise<Outcome> {
    return this.guest.tester.attempt(['cradle', ...words], { timeout: 180 });
  }

  /** `cradle ...`, which has to go well. */
  run(...words: readonly string[]): Promise<string> {
    return this.guest.tester.run(['cradle', ...words], { timeout: 180 });
  }

  /** What `cradle ... --json` prints. */
  async json(...words: readonly string[]): Promise<unknown> {
    return JSON.parse(await this.run(...words, '--json'));
  }

  async devices(): Promise<readonly Json[]> {
    return list(await this.json('list'));
  }

  /** The device with that serial number in its id; undefined while there is none. */
  async device(serial: string): Promise<Json | undefined> {
    return (await this.devices()).find(({ id }) => typeof id === 'string' && id.includes(serial));
  }

  /** Waits for the device to be here and identified. */
  async arrival(serial: string): Promise<Json> {
    await until(`the device ${serial}`, async () => {
      const seen = await this.#seen(serial);
      return seen?.Present === true && seen.Identified === true;
    });
    const device = await this.device(serial);
    if (device === undefined) throw new Error(`cradle list does not show ${serial}`);
    return device;
  }

  /** Waits for the device to be away. */
  departure(serial: string): Promise<true> {
    return until(`the device ${serial} gone`, async () => {
      const seen = await this.#seen(serial);
      return seen === undefined || seen.Present === false;
    });
  }

  /** Waits until the device may be unplugged. */
  released(serial: string): Promise<true> {
    return until(`${serial} let go`, async () => (await this.#seen(serial))?.SafeToUnplug === true);
  }

  /** Sessions of a device, newest first, as the API tells them. */
  async sessions(device: string): Promise<readonly Json[]> {
    const [all] = await this.#call(interfaces.manager, 'History', 'a{sv}', '0');
    const path = (await this.#object(device))?.path;
    return list(plain(all)).filter(({ Device }) => Device === path);
  }

  /** Waits for the next session of the device to end, after so many there were. */
  sessionAfter(device: string, count: number): Promise<Json> {
    return until(`session ${count + 1} of ${device}`, async () => {
      const next = (await this.sessions(device)).at(-1 - count);
      return next !== undefined && next.Result !== 'running' ? next : undefined;
    });
  }

  /** A property of the user's service, as systemd sees it. */
  async service(property: string): Promise<string> {
    return this.guest.tester.run(['systemctl', '--user', 'show', UNIT, '--value', '-p', property]);
  }

  /** The properties of a device as the bus shows them; for waiting, since the command line costs the guest a second. */
  async #seen(serial: string): Promise<Json | undefined> {
    return (await this.#object(serial))?.properties;
  }

  async #object(id: string): Promise<{ readonly path: string; readonly properties: Json } | undefined> {
    const [objects] = await this.#call(dbus.objectManager, 'GetManagedObjects');
    for (const [path, object] of Object.entries(isJson(objects) ? objects : {})) {
      const properties = plain(isJson(object) ? object[interfaces.device] : undefined);
      if (isJson(properties) && typeof properties.Id === 'string' && properties.Id.includes(id))
        return { path, properties };
    }
    return undefined;
  }

  async #call(name: string, ...words: readonly string[]): Promise<readonly unknown[]> {
    const busctl = ['busctl', '--user', '--json=short', 'call', BUS_NAME, paths.root, name];
    const answer: unknown = JSON.parse(await this.guest.tester.run([...busctl, ...words]));
    return isJson(answer) && Array.isArray(answer.data) ? answer.data : [];
  }

  /** Waits until the daemon sleeps: five seconds in which none of its threads woke up more than once. */
  rest(): Promise<true> {
    const script = `sum() { cat /proc/$1/task/*/status | awk '/^voluntary/ { n += $2 } END { print n }'; }
      before=$(sum "$1"); sleep 5; echo $(($(sum "$1") - before))`;
    return until('a quiet daemon', async () => {
      const woken = await this.guest.root.run(['sh', '-c', script, 'sh', await this.service('MainPID')]);
      return Number(woken) <= 1;
    });
  }

  /** What the daemon logged at that priority (as journalctl takes it) or a graver one. */
  journal(priority: string): Promise<string> {
    return this.guest.root.run([
      ...['journalctl', '--no-pager', '--quiet', '-o', 'cat', '-p', priority, `_SYSTEMD_USER_UNIT=${UNIT}`],
    ]);
  }
}
