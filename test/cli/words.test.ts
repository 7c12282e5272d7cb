import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { secondsIn, triggersIn, withHome } from '../../src/cli/settings.js';
import { clipped, padded, shown, widthOf } from '../../src/cli/width.js';
import { ago, lasting } from '../../src/cli/words.js';

test('text of any script is as wide as a terminal draws it', () => {
  assert.equal(widthOf('Müller'), 6);
  assert.equal(widthOf('Mu\u0308ller'), 6);
  assert.equal(widthOf('写真'), 4);
  assert.equal(widthOf('📷 A'), 4);
  assert.equal(widthOf('\u001b[31mred\u001b[0m'), 3);
});

test('clipped text fits, and padded text fills', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      const clean = shown(text);
      assert(widthOf(clipped(clean, columns)) <= columns);
      assert(widthOf(padded(clipped(clean, columns), columns)) === columns);
      if (widthOf(clean) <= columns) assert.equal(clipped(clean, columns), clean);
    }),
  );
});

test('nothing a device says can move the cursor or turn the writing round', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
      assert.doesNotMatch(shown(text), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
  assert.equal(shown('a\u001b[2Jb\nc'), 'a\ufffd[2Jb\ufffdc');
});

test('times are told as a person tells them', () => {
  const now = Date.UTC(2026, 0, 20, 12);
  const before = (seconds: number): string => ago(BigInt(now - seconds * 1000) * 1000n, now);
  assert.equal(ago(0n, now), 'never');
  assert.equal(before(5), 'just now');
  assert.equal(before(60), '1 minute ago');
  assert.equal(before(3_600 * 5), '5 hours ago');
  assert.equal(before(86_400 * 3), '3 days ago');
  assert.match(before(86_400 * 30), /^2025-12-2\d \d\d:\d\d$/);
  assert.equal(lasting(0), 'never');
  assert.equal(lasting(90), '1 min 30 s');
  assert.equal(lasting(86_400 + 7_200), '1 d 2 h');
});

test('lengths of time and triggers are read in the ways people write them', () => {
  assert.deepEqual(
    ['90', '90s', '15m', '15 min', '2h', '1d', 'never', '0'].map(secondsIn),
    [90, 90, 900, 900, 7_200, 86_400, 0, 0],
  );
  for (const wrong of ['', '-1', '1.5h', 'soon', '1w', '9999999999'])
    assert.throws(() => secondsIn(wrong), /is no length of time/, wrong);
  assert.deepEqual(triggersIn(['plug,change', 'timer']), ['plug', 'change', 'timer']);
  assert.deepEqual(triggersIn(['none']), []);
  assert.throws(() => triggersIn(['moon']), /a trigger is one of plug, near, change, timer, none/);
});

test('a tilde is home at the beginning of a path alone', () => {
  const environment = { HOME: '/home/a' };
  assert.equal(withHome('~/Music', environment), '/home/a/Music');
  assert.equal(withHome('~', environment), '/home/a');
  assert.equal(withHome('a~/b', environment), 'a~/b');
  assert.equal(withHome('~/Music', {}), '~/Music');
});
