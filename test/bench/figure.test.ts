import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJson, asLine, brief, type Figure, isReached } from '../../bench/figure.js';
import { least, median, quantile } from '../../bench/statistics.js';

const alone: Figure = { name: 'rules/load', value: 12.3456789, unit: 'ms' };
const beside: Figure = { ...alone, value: 30, peer: 'node', peerValue: 10, least: 28, runs: 5 };

test('a figure without a peer has null for peer, peer value and ratio', () => {
  assert.deepEqual(JSON.parse(asJson(alone)), {
    name: 'rules/load',
    value: 12.3457,
    unit: 'ms',
    peer: null,
    peerValue: null,
    ratio: null,
    least: null,
    runs: null,
    aim: null,
    reached: null,
  });
});

test('the ratio is the value by the peer’s', () => {
  const said: unknown = JSON.parse(asJson({ ...beside, aim: { of: 'ratio', most: 3 } }));
  assert.ok(typeof said === 'object' && said !== null && 'ratio' in said && 'reached' in said);
  assert.equal(said.ratio, 3);
  assert.equal(said.reached, true);
});

test('a figure reaches its aim up to the very limit', () => {
  assert.equal(isReached(beside), undefined);
  assert.equal(isReached({ ...beside, aim: { of: 'ratio', most: 2.9 } }), false);
  assert.equal(isReached({ ...beside, aim: { of: 'difference', most: 20 } }), true);
  assert.equal(isReached({ ...beside, aim: { of: 'difference', most: 19 } }), false);
  assert.equal(isReached({ ...beside, aim: { of: 'value', most: 30 } }), true);
  assert.equal(isReached({ ...alone, aim: { of: 'ratio', most: 3 } }), undefined);
});

test('a line for people tells the aim and whether it was missed', () => {
  const line = asLine({ ...beside, aim: { of: 'ratio', most: 2 } });
  assert.match(line, /^rules\/load +30\.0 ms +least 28\.0 of 5 +node 10\.0 +3\.00 x +at most 2 x, NOT REACHED$/);
  assert.equal(asLine(alone).trimEnd(), asLine(alone));
});

test('three digits are shown, and no more than make sense', () => {
  assert.deepEqual([0, 0.01234, 1.2345, 12.345, 123.45, 1234.5, Number.NaN].map(brief), [
    '0',
    '0.012',
    '1.23',
    '12.3',
    '123',
    '1235',
    '-',
  ]);
});

test('the median of an even number of samples lies between the two in the middle', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(least([3, 1, 2]), 1);
  assert.ok(Number.isNaN(median([])));
});

test('a quantile is a sample that was really taken', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(quantile(samples, 0.95), 95);
  assert.equal(quantile(samples, 0.5), 50);
  assert.equal(quantile([7], 0.95), 7);
});
