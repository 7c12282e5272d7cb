import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from '../../contract.js';
import type { Database } from '../../database/database.js';
import { openDatabase } from '../../database/open.js';
import { Holdings, type Role } from './holdings.js';
import { blob } from './row.js';
import { MIGRATIONS } from './schema.js';
import { ReplicaStatements } from './statements.js';

/**
 * What a device holds, durably: one file a device. What it tells is written here before it is promised anything; what it
 * is to hold is written here before it is told.
 */
export class Replica implements Disposable {
  readonly role: Role;
  readonly statements: ReplicaStatements;
  readonly #database: Database;
  readonly #holdings = new Map<string, Holdings>();
  #instance: string;
  #open = true;

  private constructor(database: Database, role: Role) {
    this.#database = database;
    this.role = role;
    this.statements = new ReplicaStatements(database);
    this.#instance = this.text('instance') ?? this.#begin();
  }

  /**
   * A broken or newer file is set aside, and the device is met anew. Fails with ReadOnly, NoSpace, and Busy when another
   * daemon has it open.
   */
  static open(folder: string, role: Role, log: Log): Replica {
    const { database, setAside } = openDatabase(join(folder, 'replica.db'), MIGRATIONS);
    if (setAside !== undefined)
      log.error(`what was known of the device was set aside as ${setAside.path}: ${setAside.reason}`);
    try {
      return new Replica(database, role);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Changes whenever what was known is no longer: with another device behind the same name, with another file. */
  get instance(): string {
    return this.#instance;
  }

  holdings(datastore: string): Holdings {
    let holdings = this.#holdings.get(datastore);
    if (holdings === undefined) {
      holdings = new Holdings(this.statements, datastore, this.role);
      this.#holdings.set(datastore, holdings);
    }
    return holdings;
  }

  /** The device says who it is. Another one than last time is met anew: nothing known of the other one holds for it. */
  recognise(uri: string): void {
    const known = this.text('peer');
    if (known === uri) return;
    this.#database.transaction(() => {
      if (known !== undefined) {
        // Who logs in stays; the nonces are of the login.
        this.#database.exec("DELETE FROM datastores; DELETE FROM memory WHERE key NOT LIKE 'nonce-%'");
        this.#holdings.clear();
        this.#instance = this.#begin();
      }
      this.remember('peer', uri);
    });
  }

  /** Where on the device the datastore is. Under another address it is another one, of which nothing is known. */
  settle(datastore: string, address: string): void {
    const key = `address ${datastore}`;
    const known = this.text(key);
    if (known === address) return;
    this.#database.transaction(() => {
      if (known !== undefined) {
        this.statements.dropDatastore.run(datastore);
        this.#holdings.delete(datastore);
      }
      this.remember(key, address);
    });
  }

  bytes(key: string): Uint8Array | undefined {
    const row = this.statements.memory.get(key);
    return row === undefined ? undefined : blob(row, 'value');
  }

  text(key: string): string | undefined {
    const bytes = this.bytes(key);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  }

  remember(key: string, value: Uint8Array | string): void {
    this.statements.remember.run(key, typeof value === 'string' ? Buffer.from(value) : value);
  }

  close(): void {
    if (this.#open) this.#database.close();
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #begin(): string {
    const instance = randomBytes(6).toString('base64url');
    this.#database.transaction(() => {
      this.remember('instance', instance);
      // Ids begin at the present milliseconds, so that a name of an earlier file's never means another item in this one.
      this.#database.exec(
        `DELETE FROM sqlite_sequence WHERE name = 'items';
         INSERT INTO sqlite_sequence (name, seq) VALUES ('items', max(${Date.now()}, (SELECT coalesce(max(id), 0) FROM items)))`,
      );
    });
    return instance;
  }
}
