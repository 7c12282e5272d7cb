import type { DeviceId } from '../../hal/device.js';
import type { Log } from '../../plugins/contract.js';
import type { Database, Row, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import {
  type Binding,
  type BindingId,
  CONFLICT_POLICIES,
  DIRECTIONS,
  FIRST_SYNCS,
  type StorePair,
  TRIGGERS,
} from './binding.js';
import { deviceId } from './devices.js';
import { readable } from './readable.js';

/** The bindings. With one goes what it had agreed: mapping, questions, answers, last result; the history stays. */
export class Bindings {
  readonly #database: Database;
  readonly #log: Log;
  readonly #list: Statement;
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #pairs: Statement;
  readonly #dropPair: Statement;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
    this.#list = database.prepare('SELECT * FROM bindings ORDER BY id');
    this.#get = database.prepare('SELECT * FROM bindings WHERE id = ?');
    this.#put = database.prepare(
      'INSERT INTO bindings (id, terms) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET terms = excluded.terms',
    );
    this.#remove = database.prepare('DELETE FROM bindings WHERE id = ?');
    this.#pairs = database.prepare('SELECT id, pair FROM mappings WHERE binding = ?');
    this.#dropPair = database.prepare('DELETE FROM mappings WHERE id = ?');
  }

  list(): readonly Binding[] {
    return readable(this.#list.all(), readBinding, this.#log);
  }

  get(id: BindingId): Binding | undefined {
    return readable([this.#get.get(id)], readBinding, this.#log)[0];
  }

  of(device: DeviceId): readonly Binding[] {
    return this.list().filter((binding) => binding.device === device);
  }

  /** Creates or replaces. The mapping of a pair that is no longer in it is forgotten: nothing keeps it true any more. */
  put(binding: Binding): void {
    const pairs = new Set(binding.pairs.map(pairName));
    this.#database.transaction(() => {
      this.#put.run(binding.id, writeBinding(binding));
      for (const row of this.#pairs.all(binding.id))
        if (!pairs.has(field.text(row, 'pair'))) this.#dropPair.run(field.number(row, 'id'));
    });
  }

  remove(id: BindingId): void {
    this.#remove.run(id);
  }
}

/** Names a pair within its binding. */
export const pairName = (pair: StorePair): string => JSON.stringify([pair.device, pair.desktop]);

export const isBindingId = (text: string): text is BindingId => text !== '';

export function bindingId(row: Row, key: string): BindingId {
  const id = field.text(row, key);
  if (!isBindingId(id)) throw new TypeError(`an empty ${key}`);
  return id;
}

export const writeBinding = ({ id: _, ...terms }: Binding): string => JSON.stringify(terms);

export function readBinding(row: Row): Binding {
  const terms = field.json(row, 'terms');
  const filter = Object.entries(field.record(terms.filter, 'a filter'));
  return {
    id: bindingId(row, 'id'),
    device: deviceId(terms, 'device'),
    pairs: field.list(terms, 'pairs', (value) => {
      const pair = field.record(value, 'a pair of stores');
      return { device: field.text(pair, 'device'), desktop: field.text(pair, 'desktop') };
    }),
    enabled: field.flag(terms, 'enabled'),
    triggers: TRIGGERS.filter((trigger) => field.texts(terms, 'triggers').includes(trigger)),
    interval: field.number(terms, 'interval'),
    direction: field.oneOf(terms, 'direction', DIRECTIONS),
    conflictPolicy: field.oneOf(terms, 'conflictPolicy', CONFLICT_POLICIES),
    firstSync: field.oneOf(terms, 'firstSync', FIRST_SYNCS),
    filter: Object.fromEntries(filter.map(([key]) => [key, field.texts(Object.fromEntries(filter), key)])),
    options: field.textMap(terms, 'options'),
  };
}
