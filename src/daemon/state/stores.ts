import type { Log, StoreAddress } from '../../plugins/contract.js';
import type { Database, Row, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import { readable } from './readable.js';

/** Desktop stores that somebody added by hand; what plugins discover is not kept. */
export class Stores {
  readonly #log: Log;
  readonly #list: Statement;
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #remove: Statement;

  constructor(database: Database, log: Log) {
    this.#log = log;
    this.#list = database.prepare('SELECT * FROM stores ORDER BY name');
    this.#get = database.prepare('SELECT * FROM stores WHERE name = ?');
    this.#put = database.prepare('INSERT OR REPLACE INTO stores (name, address) VALUES (?, ?)');
    this.#remove = database.prepare('DELETE FROM stores WHERE name = ?');
  }

  list(): readonly StoreAddress[] {
    return readable(this.#list.all(), readStore, this.#log);
  }

  get(name: string): StoreAddress | undefined {
    return readable([this.#get.get(name)], readStore, this.#log)[0];
  }

  put(store: StoreAddress): void {
    const { name, ...address } = store;
    this.#put.run(name, JSON.stringify(address));
  }

  remove(name: string): void {
    this.#remove.run(name);
  }
}

export function readStore(row: Row): StoreAddress {
  const address = field.json(row, 'address');
  return {
    name: field.text(row, 'name'),
    label: field.text(address, 'label'),
    icon: field.text(address, 'icon'),
    provider: field.text(address, 'provider'),
    address: field.text(address, 'address'),
    contentTypes: field.texts(address, 'contentTypes'),
  };
}
