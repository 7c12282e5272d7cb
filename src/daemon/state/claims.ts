import type { Claims as ClaimsAsked, DeviceId } from '../../hal/device.js';
import type { Log } from '../../plugins/contract.js';
import type { Database, Row, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import { deviceId } from './devices.js';
import { readable } from './readable.js';

export interface Claim {
  readonly device: DeviceId;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** The devices somebody has said are theirs. hal asks often, so they are kept at hand. */
export class Claims {
  readonly #claims: Map<DeviceId, Claim>;
  readonly #put: Statement;
  readonly #remove: Statement;

  constructor(database: Database, log: Log) {
    const rows = database.prepare('SELECT device, since FROM claims').all();
    this.#claims = new Map(readable(rows, readClaim, log).map((claim) => [claim.device, claim]));
    this.#put = database.prepare('INSERT OR IGNORE INTO claims (device, since) VALUES (?, ?)');
    this.#remove = database.prepare('DELETE FROM claims WHERE device = ?');
  }

  /** What hal asks. */
  readonly holds: ClaimsAsked = (id) => this.#claims.has(id);

  get(id: DeviceId): Claim | undefined {
    return this.#claims.get(id);
  }

  list(): readonly Claim[] {
    return [...this.#claims.values()];
  }

  /** A claim that stands already keeps its date. */
  claim(device: DeviceId, since = Date.now()): void {
    if (this.#claims.has(device)) return;
    this.#put.run(device, since);
    this.#claims.set(device, { device, since });
  }

  release(device: DeviceId): void {
    this.#remove.run(device);
    this.#claims.delete(device);
  }
}

export function readClaim(row: Row): Claim {
  return { device: deviceId(row, 'device'), since: field.number(row, 'since') };
}
