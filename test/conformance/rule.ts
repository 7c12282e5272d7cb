import type { TestContext } from 'node:test';
import { CradleError } from '../../src/dbus/errors.js';
import type { Edit, Receipt, Store } from '../../src/plugins/contract.js';
import { item } from '../support/items.js';

/** A data set that is the test's own, and a way to it that does not go through the store. */
export interface DataSet {
  /** Opens a store on it; the test closes what it opens, the scope the rest. */
  open(): Promise<Store>;
  /** What another program does to it meanwhile. */
  write(name: string, content: string): Promise<void>;
  erase(name: string): Promise<void>;
}

export type DataSetFactory = (t: TestContext) => Promise<DataSet>;

/** What a kind of store does not do, and why that is as it should be. */
export interface Peculiarities {
  /** Names that differ in case only are one name. */
  readonly caseless?: boolean;
}

/** Registers one test: a sentence, and what is done with an empty data set and a store opened on it. */
export type Rule = (sentence: string, work: (store: Store, data: DataSet) => Promise<void>) => void;

export const CANCELLED = { code: 'Cancelled' };

export function* three(): Generator<Edit> {
  for (const key of [1, 2, 3]) yield { kind: 'put', key, item: item(`${key}.txt`, `${key}`) };
}

export const codeOf = (receipt: Receipt | undefined): string | undefined =>
  receipt?.outcome === 'refused' ? receipt.reason.code : receipt?.outcome;

/** For reading what may fail: the code of the failure in place of the value. */
export function code(thrown: unknown): string | undefined {
  if (!(thrown instanceof CradleError)) throw thrown;
  return thrown.code === 'NotFound' ? undefined : thrown.code;
}
