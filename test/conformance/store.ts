import { test } from 'node:test';
import { contentRules } from './contents.js';
import { editRules } from './edits.js';
import { interruptionRules } from './interruptions.js';
import { listingRules } from './listings.js';
import type { DataSetFactory, Peculiarities, Rule } from './rule.js';

export type { DataSet, DataSetFactory, Peculiarities } from './rule.js';

/** Registers the tests that every store passes. */
export function storeConformance(name: string, factory: DataSetFactory, peculiarities: Peculiarities = {}): void {
  const rule: Rule = (sentence, work) => {
    test(`${name}: ${sentence}`, { timeout: 60_000 }, async (t) => {
      const data = await factory(t);
      await using store = await data.open();
      await work(store, data);
    });
  };
  editRules(rule);
  listingRules(rule);
  interruptionRules(rule);
  contentRules(rule, peculiarities);
}
