import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openState } from '../../../src/daemon/state/state.js';
import type { Agreement, Intent, Known, MappingTable, Pair } from '../../../src/daemon/sync/mapping.js';
import { aBinding, PAIR, silent } from '../sync/world.js';

const known = (id: string, more: Partial<Known['ref']> = {}, digest = `digest of ${id}`): Known => ({
  ref: { id, revision: `1 of ${id}`, ...more },
  digest,
});

const agreement: Agreement = {
  anchors: { left: 'l1', right: 'r1' },
  leftIdentity: 'left',
  rightIdentity: 'right',
  firstSync: undefined,
  terms: 'terms',
};

function withMapping(work: (mapping: MappingTable) => void): void {
  using state = openState(':memory:', silent);
  state.bindings.put(aBinding());
  work(state.mapping(aBinding().id, PAIR));
}

test('a pair is found by either id, with every word of it', () =>
  withMapping((mapping) => {
    const pair: Pair = {
      left: known('a/b.txt', { name: 'a/b.txt', size: 7 }),
      right: known('17', { volume: 'card', size: 0, name: 'a/b.txt' }, 'another digest'),
    };
    mapping.advance({ join: [pair] });
    assert.deepEqual(mapping.find('left', 'a/b.txt'), pair);
    assert.deepEqual(mapping.find('right', '17'), pair);
    assert.equal(mapping.find('left', '17'), undefined);
    assert.deepEqual([...mapping.pairs()], [pair]);
    assert.deepEqual(
      [...mapping.outlines()],
      [
        {
          left: { id: 'a/b.txt', revision: '1 of a/b.txt', volume: undefined },
          right: { id: '17', revision: '1 of 17', volume: 'card' },
        },
      ],
    );
  }));

test('joining replaces whatever held either id', () =>
  withMapping((mapping) => {
    mapping.advance({
      join: [
        { left: known('l1'), right: known('r1') },
        { left: known('l2'), right: known('r2') },
      ],
    });
    mapping.advance({ join: [{ left: known('l1'), right: known('r2') }] });
    assert.equal(mapping.size, 1);
    assert.equal(mapping.find('right', 'r2')?.left.ref.id, 'l1');
    assert.equal(mapping.find('left', 'l2'), undefined);
  }));

test('many pairs come page by page, and none is left out while the table is written', () =>
  withMapping((mapping) => {
    const ids = Array.from({ length: 10_000 }, (_, at) => `item ${at}`);
    mapping.advance({ join: ids.map((id) => ({ left: known(id), right: known(`r ${id}`) })) });
    const seen: string[] = [];
    for (const { left } of mapping.outlines()) {
      if (seen.length === 5_000) mapping.advance({ part: [{ side: 'left', id: 'item 0' }] });
      seen.push(left.id);
    }
    assert.deepEqual(seen.toSorted(), ids.toSorted());
    assert.equal(mapping.size, 9_999);
  }));

test('items are counted on the volumes that are attached', () =>
  withMapping((mapping) => {
    mapping.advance({
      join: [
        { left: known('l1'), right: known('r1', { volume: 'card' }) },
        { left: known('l2'), right: known('r2', { volume: 'phone' }) },
        { left: known('l3'), right: known('r3') },
      ],
    });
    assert.equal(mapping.count('right', new Set(['phone'])), 2);
    assert.equal(mapping.count('right', new Set()), 1);
    assert.equal(mapping.count('right', undefined), 3);
    assert.equal(mapping.count('left', new Set()), 3);
  }));

test('a batch of intents stays until it is fulfilled, the others with it', () =>
  withMapping((mapping) => {
    const put: Intent = { kind: 'put', side: 'right', from: known('l1').ref, digest: undefined, over: known('r1').ref };
    const remove: Intent = { kind: 'remove', side: 'right', ref: known('l1').ref };
    const first = mapping.advance({ intend: [put, remove] });
    const second = mapping.advance({ intend: [{ ...put, digest: 'd' }] });
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual(mapping.intents(), [put, remove, { ...put, digest: 'd' }]);
    assert.equal(mapping.advance({ fulfil: [first] }), undefined);
    assert.deepEqual(mapping.intents(), [{ ...put, digest: 'd' }]);
    mapping.forgetIntents();
    assert.deepEqual(mapping.intents(), []);
  }));

test('what is pending is replaced as a whole, or left alone', () =>
  withMapping((mapping) => {
    const gone = { side: 'left', id: 'a', ref: undefined, retry: true } as const;
    const surplus = { side: 'right', id: 'b', ref: known('b').ref, retry: false, surplus: true } as const;
    mapping.agree(agreement, [gone, surplus]);
    assert.deepEqual(mapping.pending(), [gone, surplus]);
    assert.ok(mapping.restless);
    mapping.agree({ ...agreement, terms: 'others' }, undefined);
    assert.equal(mapping.agreement?.terms, 'others');
    assert.equal(mapping.pending().length, 2);
    mapping.agree(agreement, [surplus]);
    assert.ok(!mapping.restless, 'nothing asks for another try');
  }));

test('a first sync begins with nothing but the terms it begins under', () =>
  withMapping((mapping) => {
    mapping.advance({
      join: [{ left: known('l'), right: known('r') }],
      intend: [{ kind: 'remove', side: 'left', ref: known('x').ref }],
    });
    mapping.agree(agreement, [{ side: 'left', id: 'a', ref: undefined, retry: true }]);
    const opening: Agreement = { ...agreement, anchors: undefined, firstSync: 'keep-left' };
    mapping.begin(opening);
    assert.deepEqual(mapping.agreement, opening);
    assert.deepEqual([mapping.size, mapping.intents(), mapping.pending()], [0, [], []]);
    mapping.clear();
    assert.equal(mapping.agreement, undefined);
  }));

test('a step of several parts is done as a whole or not at all', () =>
  withMapping((mapping) => {
    const broken = { left: known('l2'), right: { ref: { id: 'r2', revision: 'r' }, digest: 'd', size: 1 } };
    assert.throws(() =>
      mapping.advance({
        join: [
          { left: known('l1'), right: known('r1') },
          { ...broken, left: { ref: { id: 'x', revision: JSON.parse('null') }, digest: '' } },
        ],
      }),
    );
    assert.equal(mapping.size, 0);
  }));
