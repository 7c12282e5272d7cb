import assert from 'node:assert/strict';
import type { Edit } from '../../src/plugins/contract.js';
import { applyAll, applyOne, contentOf, contentsOf, entriesOf, forever, item, put, refsOf } from '../support/items.js';
import { code, codeOf, type Rule } from './rule.js';

/** What is written, replaced and removed, and what is not. */
export function editRules(rule: Rule): void {
  rule('with nothing in it, it lists nothing, and says that this is all', async (store) => {
    const listing = await store.list(undefined, forever);
    assert.equal(listing.scope, 'full');
    assert.deepEqual(await entriesOf(listing), []);
  });

  rule('what is put is listed, and read as it was', async (store) => {
    const modified = 1_700_000_000_000_000n;
    const ref = await put(store, item('letter.txt', 'Dear Anna', { modified }));
    const [listed, ...more] = await refsOf(store);
    assert.deepEqual(more, []);
    assert.deepEqual(listed, ref);
    assert.equal(ref.name, 'letter.txt');
    assert.equal(ref.size, 9);
    const found = await store.read(ref.id, forever);
    assert.equal(found?.contentType, 'text/plain');
    assert.equal(found?.name, 'letter.txt');
    assert.equal(found?.modified, modified);
    assert.equal(await contentOf(store, ref.id), 'Dear Anna');
  });

  rule('an item without content is an item', async (store) => {
    const ref = await put(store, item('empty.txt', ''));
    assert.equal(ref.size, 0);
    assert.equal(await contentOf(store, ref.id), '');
  });

  rule('what was never there reads as nothing', async (store) => {
    assert.equal(await store.read('no such item.txt', forever).catch(code), undefined);
  });

  rule('each edit has one receipt', async (store) => {
    const old = await put(store, item('old.txt', 'old'));
    const gone = await put(store, item('gone.txt', 'gone'));
    const edits: Edit[] = Array.from({ length: 1500 }, (_, key) => ({
      kind: 'put',
      key,
      item: item(`${key % 7}/item ${key}.txt`, `content ${key}`),
    }));
    edits.push({ kind: 'put', key: 1500, item: item('old.txt', 'new'), replaces: old });
    edits.push({ kind: 'remove', key: 1501, ref: gone });
    const receipts = await applyAll(store, edits);
    assert.deepEqual(
      receipts.map(({ key }) => key).sort((left, right) => left - right),
      edits.map(({ key }) => key),
    );
    const contents = await contentsOf(store);
    assert.equal(contents.size, 1501);
    assert.equal(contents.get('old.txt'), 'new');
    for (const receipt of receipts)
      if ('ref' in receipt && receipt.key < 1500)
        assert.equal(contents.get(receipt.ref.name ?? ''), `content ${receipt.key}`);
  });

  rule('a receipt carries the revision that the next listing shows', async (store) => {
    const receipts = await applyAll(
      store,
      Array.from({ length: 40 }, (_, key): Edit => ({ kind: 'put', key, item: item(`${key}.txt`, `${key}`) })),
    );
    const listed = new Map((await refsOf(store)).map((ref) => [ref.id, ref.revision]));
    for (const receipt of receipts) assert('ref' in receipt && listed.get(receipt.ref.id) === receipt.ref.revision);
  });

  rule('a replacement of the current revision is stored, and is a new revision', async (store) => {
    const before = await put(store, item('a.txt', 'one'));
    const after = await put(store, item('a.txt', 'two'), before);
    assert.equal(after.id, before.id);
    assert.notEqual(after.revision, before.revision);
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'two']]));
  });

  rule('a replacement of the same length in the same moment is a new revision', async (store, data) => {
    await data.write('a.txt', 'one');
    const [before] = await refsOf(store);
    await data.write('a.txt', 'two');
    const [after] = await refsOf(store);
    assert.notEqual(after?.revision, before?.revision);
  });

  rule('a replacement of an older revision is refused, and nothing is written', async (store, data) => {
    const before = await put(store, item('a.txt', 'one'));
    await data.write('a.txt', 'somebody else');
    const receipt = await applyOne(store, { kind: 'put', key: 7, item: item('a.txt', 'ours'), replaces: before });
    assert.equal(codeOf(receipt), 'ItemChanged');
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'somebody else']]));
  });

  rule('a replacement of what is gone is refused, and nothing appears', async (store, data) => {
    const before = await put(store, item('a.txt', 'one'));
    await data.erase('a.txt');
    const receipt = await applyOne(store, { kind: 'put', key: 7, item: item('a.txt', 'ours'), replaces: before });
    assert.equal(codeOf(receipt), 'ItemChanged');
    assert.deepEqual(await refsOf(store), []);
  });

  rule('a removal takes the item away', async (store) => {
    const ref = await put(store, item('a.txt', 'one'));
    assert.equal((await applyOne(store, { kind: 'remove', key: 3, ref })).outcome, 'removed');
    assert.deepEqual(await refsOf(store), []);
    assert.equal(await store.read(ref.id, forever), undefined);
  });

  rule('a removal of an older revision is refused, and the item stays', async (store, data) => {
    const ref = await put(store, item('a.txt', 'one'));
    await data.write('a.txt', 'somebody else');
    assert.equal(codeOf(await applyOne(store, { kind: 'remove', key: 3, ref })), 'ItemChanged');
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'somebody else']]));
  });

  rule('a removal of what is gone already is done', async (store, data) => {
    const ref = await put(store, item('a.txt', 'one'));
    await data.erase('a.txt');
    assert.equal((await applyOne(store, { kind: 'remove', key: 3, ref })).outcome, 'removed');
  });

  rule('a name that was removed can be used again in the same batch', async (store) => {
    const ref = await put(store, item('a.txt', 'one'));
    const receipts = await applyAll(store, [
      { kind: 'remove', key: 1, ref },
      { kind: 'put', key: 2, item: item('a.txt', 'two') },
    ]);
    assert.deepEqual(
      receipts.map(({ outcome }) => outcome),
      ['removed', 'stored'],
    );
    assert.deepEqual(await contentsOf(store), new Map([['a.txt', 'two']]));
  });

  rule('the same content under the same name is a duplicate, and is not written again', async (store) => {
    const first = await put(store, item('a.txt', 'one'));
    const receipt = await applyOne(store, { kind: 'put', key: 5, item: item('a.txt', 'one') });
    assert.deepEqual(receipt, { key: 5, outcome: 'duplicate', ref: first });
    assert.deepEqual(await refsOf(store), [first]);
  });

  rule('another content under the same name stays beside the first', async (store) => {
    const first = await put(store, item('a.txt', 'one'));
    const second = await put(store, item('a.txt', 'two'));
    assert.notEqual(first.id, second.id);
    assert.equal(await contentOf(store, first.id), 'one');
    assert.equal(await contentOf(store, second.id), 'two');
  });

  rule('two equal items of one batch stay two', async (store) => {
    const receipts = await applyAll(store, [
      { kind: 'put', key: 1, item: item('a.txt', 'same') },
      { kind: 'put', key: 2, item: item('a.txt', 'same') },
    ]);
    assert.deepEqual(
      receipts.map(({ outcome }) => outcome),
      ['stored', 'stored'],
    );
    assert.equal((await refsOf(store)).length, 2);
  });
}
