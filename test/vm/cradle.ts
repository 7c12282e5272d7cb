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
  arrival(serial: string): Promise<Json> {
    return until(`the device ${serial}`, async () => {
      const device = await this.device(serial);
      return device?.present === true && device.identified === true ? device : undefined;
    });
  }

  /** Waits for the device to be away. */
  departure(serial: string): Promise<Json> {
    return until(`the device ${serial} gone`, async () => {
      const device = await this.device(serial);
      return device?.present === false ? device : undefined;
    });
  }

  /** Sessions of a device, newest first. */
  async history(device: string): Promise<readonly Json[]> {
    return list(await this.json('history', device));
  }

  /** Waits for the next session of the device to end, after so many there were. */
  sessionAfter(device: string, count: number, seconds = 120): Promise<Json> {
    return until(
      `session ${count + 1} of ${device}`,
      async () => {
        const sessions = await this.history(device);
        const next = sessions.at(-1 - count);
        return next !== undefined && next.result !== 'running' ? next : undefined;
      },
      seconds,
    );
  }

  /** A property of the user's service, as systemd sees it. */
  async service(property: string): Promise<string> {
    return this.guest.tester.run(['systemctl', '--user', 'show', UNIT, '--value', '-p', property]);
  }

  /** What the daemon logged at that priority (as journalctl takes it) or a graver one. */
  journal(priority: string): Promise<string> {
    return this.guest.root.run([
      ...['journalctl', '--no-pager', '--quiet', '-o', 'cat', '-p', priority, `_SYSTEMD_USER_UNIT=${UNIT}`],
    ]);
  }
}
