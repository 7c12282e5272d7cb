import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseKeyfile } from '../../src/hal/keyfile.js';
import { loadRules } from '../../src/hal/rules.js';
import { repositoryRoot } from '../support/root.js';
import { DEVICE_ICONS } from './icons.js';
import { shippedVocabulary } from './vocabulary.js';

const folder = join(repositoryRoot, 'data/udev-rules/devices.d');
const names = (await readdir(folder)).sort();
const rules = await loadRules([folder], shippedVocabulary);

test('nothing in the shipped files is complained about: every plugin, option, probe and transport is declared', () => {
  assert.deepEqual(rules.complaints, []);
  assert.ok(rules.sections.length > 0);
});

test('shipped files are named by their place: generic ones first, accounts, then makers', () => {
  for (const name of names) assert.match(name, /^(?:10-generic|20-accounts|30-[a-z0-9-]+)\.devices$/);
});

test('every shipped section gives its reason', () => {
  const silent = rules.sections.filter(({ comment }) => comment.length < 20).map(({ title }) => title);
  assert.deepEqual(silent, []);
});

test('no title occurs twice in all shipped files', () => {
  const titles = rules.sections.map(({ title }) => title);
  assert.deepEqual([...new Set(titles)], titles);
});

test('every icon is in the icon naming specification', () => {
  for (const { title, assignments } of rules.sections)
    for (const { key, value } of assignments)
      if (key === 'Icon') assert.ok(DEVICE_ICONS.has(value), `[${title}] names ${value}`);
});

for (const name of names)
  test(`${name} is in order: a word about the file, stores by name, ids by number, makers by title`, async () => {
    const text = await readFile(join(folder, name), 'utf8');
    assert.match(text, /^# \S.{10,}\n/);
    assert.ok(!/[ \t]+$/m.test(text) && text.endsWith('\n') && !text.includes('\n\n\n'), 'whitespace');
    const { sections } = parseKeyfile(text);
    const titles = sections.map(({ title }) => title);
    // In the generic file, and in that of accounts, the order has a meaning.
    if (name.startsWith('30-')) assert.deepEqual(titles, [...titles].sort());
    for (const { title, entries } of sections) {
      const stores = entries.map(({ key }) => key).filter((key) => key.startsWith('Store.'));
      assert.deepEqual(stores, [...stores].sort(), `[${title}] has its stores by name`);
      for (const { key, value } of entries)
        if (key === 'MatchUsbId') assert.equal(value, value.toLowerCase().split(';').sort().join(';'), `[${title}]`);
    }
  });
