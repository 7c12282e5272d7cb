import { DEVICE_KINDS, type DeviceId, type Identity } from '../../hal/device.js';
import type { Log } from '../../plugins/contract.js';
import type { Database, Row, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import { readable } from './readable.js';

/** A device as it is remembered while it is away. */
export interface KnownDevice {
  readonly id: DeviceId;
  /** What its owner calls it; empty while nobody has named it. */
  readonly label: string;
  readonly identity: Identity;
  /** Milliseconds since the epoch. */
  readonly lastSeen: number;
}

/** The devices that were ours at some time: shown and bound also while they are away. */
export class Devices {
  readonly #log: Log;
  readonly #list: Statement;
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #label: Statement;
  readonly #remove: Statement;

  constructor(database: Database, log: Log) {
    this.#log = log;
    this.#list = database.prepare('SELECT * FROM devices ORDER BY id');
    this.#get = database.prepare('SELECT * FROM devices WHERE id = ?');
    this.#put = database.prepare(
      `INSERT INTO devices (id, label, identity, last_seen) VALUES (?, '', ?, ?)
       ON CONFLICT (id) DO UPDATE SET identity = excluded.identity, last_seen = excluded.last_seen`,
    );
    this.#label = database.prepare('UPDATE devices SET label = ? WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM devices WHERE id = ?');
  }

  list(): readonly KnownDevice[] {
    return readable(this.#list.all(), readDevice, this.#log);
  }

  get(id: DeviceId): KnownDevice | undefined {
    return readable([this.#get.get(id)], readDevice, this.#log)[0];
  }

  /** Remembers what it is; a label that was given stays. */
  saw(id: DeviceId, identity: Identity, now = Date.now()): void {
    this.#put.run(id, writeIdentity(identity), now);
  }

  label(id: DeviceId, label: string): void {
    this.#label.run(label, id);
  }

  forget(id: DeviceId): void {
    this.#remove.run(id);
  }
}

export const isDeviceId = (text: string): text is DeviceId => text !== '';

export function deviceId(row: Row, key: string): DeviceId {
  const id = field.text(row, key);
  if (!isDeviceId(id)) throw new TypeError(`an empty ${key}`);
  return id;
}

export const writeIdentity = (identity: Identity): string =>
  JSON.stringify({ ...identity, options: Object.fromEntries(identity.options) });

export function readDevice(row: Row): KnownDevice {
  return {
    id: deviceId(row, 'id'),
    label: field.text(row, 'label'),
    identity: readIdentity(field.json(row, 'identity')),
    lastSeen: field.number(row, 'last_seen'),
  };
}

function readIdentity(row: Row): Identity {
  return {
    manufacturer: field.text(row, 'manufacturer'),
    model: field.text(row, 'model'),
    kind: field.oneOf(row, 'kind', DEVICE_KINDS),
    icon: field.text(row, 'icon'),
    plugin: field.optionalText(row, 'plugin'),
    transport: field.optionalText(row, 'transport'),
    startedBy: field.oneOf(row, 'startedBy', ['us', 'device']),
    stores: field.list(row, 'stores', (value) => {
      const hint = field.record(value, 'a store hint');
      return {
        name: field.text(hint, 'name'),
        address: field.text(hint, 'address'),
        contentType: field.text(hint, 'contentType'),
      };
    }),
    options: new Map(Object.entries(field.textMap(row, 'options'))),
    lasting: field.flag(row, 'lasting'),
  };
}
