import { ACCOUNT_ROLES, type Account, type AccountBook } from '../../hal/sources/accounts.js';
import type { Log } from '../../plugins/contract.js';
import type { Database, Row, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import { readable } from './readable.js';

/** The accounts somebody has set up, without their passwords: those are among the secrets. */
export class Accounts implements AccountBook {
  readonly #log: Log;
  readonly #list: Statement;
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #listeners = new Set<() => void>();

  constructor(database: Database, log: Log) {
    this.#log = log;
    this.#list = database.prepare('SELECT * FROM accounts ORDER BY name');
    this.#get = database.prepare('SELECT * FROM accounts WHERE name = ?');
    this.#put = database.prepare('INSERT OR REPLACE INTO accounts (name, terms) VALUES (?, ?)');
    this.#remove = database.prepare('DELETE FROM accounts WHERE name = ?');
  }

  list(): readonly Account[] {
    return readable(this.#list.all(), readAccount, this.#log);
  }

  get(name: string): Account | undefined {
    return readable([this.#get.get(name)], readAccount, this.#log)[0];
  }

  put(account: Account): void {
    const { name, ...terms } = account;
    this.#put.run(name, JSON.stringify({ ...terms, stores: Object.fromEntries(terms.stores) }));
    this.#tell();
  }

  remove(name: string): void {
    this.#remove.run(name);
    this.#tell();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

export function readAccount(row: Row): Account {
  const terms = field.json(row, 'terms');
  return {
    name: field.text(row, 'name'),
    protocol: field.text(terms, 'protocol'),
    role: field.oneOf(terms, 'role', ACCOUNT_ROLES),
    label: field.text(terms, 'label'),
    url: field.text(terms, 'url'),
    user: field.text(terms, 'user'),
    stores: new Map(Object.entries(field.textMap(terms, 'stores'))),
    created: field.number(terms, 'created'),
  };
}
