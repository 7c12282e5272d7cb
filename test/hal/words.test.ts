import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob } from '../../src/hal/glob.js';
import { identityOf } from '../../src/hal/identity.js';
import { fillIn, templateFault } from '../../src/hal/template.js';
import { presentable } from '../../src/hal/words.js';
import { rulesOf } from './bench.js';

test('a star stands for any text and nothing else does', () => {
  const alphabet = fc.stringMatching(/^[ab.+*]{0,6}$/);
  fc.assert(
    fc.property(alphabet, fc.stringMatching(/^[ab.+]{0,8}$/), (pattern, text) => {
      const expression = pattern
        .split('*')
        .map((part) => part.replace(/[.+]/g, '\\$&'))
        .join('.*');
      assert.equal(compileGlob(pattern)(text), new RegExp(`^${expression}$`).test(text));
    }),
    { numRuns: 2_000 },
  );
});

test('no pattern is slow on any text', () => {
  assert.equal(compileGlob('*a'.repeat(2_000))('a'.repeat(1_999).repeat(2)), true);
  assert.equal(compileGlob(`${'a*'.repeat(2_000)}b`)('a'.repeat(100_000)), false);
});

test('facts are filled in, with what stands for them where they are not known', () => {
  const facts = new Map([
    ['mpi.vendor', 'Sony'],
    ['mpi.product', ' '],
    ['a.b', `\${mpi.vendor}`],
  ]);
  assert.equal(fillIn(`by \${mpi.vendor}`, facts), 'by Sony');
  assert.equal(fillIn(`\${mpi.product:-a player}`, facts), 'a player');
  assert.equal(fillIn(`\${mpi.none:-}x`, facts), 'x');
  assert.equal(fillIn(`\${mpi.none}x`, facts), undefined);
  assert.equal(fillIn(`\${a.b}`, facts), `\${mpi.vendor}`, 'what a device says is not filled in again');
  assert.equal(templateFault(`\${mpi.vendor}$\${a.b:-/x y}`), undefined);
  assert.match(templateFault(`\${mpi vendor}`) ?? '', /that is no/);
});

test('words come from rules, then from the device, then from the hardware database', () => {
  const facts = new Map([
    ['subsystem', 'usb'],
    ['usb.manufacturer', 'SONY\u0007  Corp.\n'],
    ['udev.ID_VENDOR_FROM_DATABASE', 'Sony Corp.'],
    ['udev.ID_MODEL_FROM_DATABASE', 'WALKMAN [NWZ]'],
  ]);
  const nothing = rulesOf('[Other]\nMatchSubsystem=tty\nKind=pda\n').match(facts);
  const plain = identityOf(nothing, facts, true);
  assert.deepEqual([plain.manufacturer, plain.model, plain.kind], ['SONY Corp.', 'WALKMAN [NWZ]', 'unknown']);
  assert.equal(plain.plugin, undefined);
  const ruled = identityOf(
    rulesOf(`[S]\nMatchSubsystem=usb\nManufacturer=Sony\nModel=\${x.y}\nStartedBy=device\n`).match(facts),
    facts,
    true,
  );
  assert.deepEqual([ruled.manufacturer, ruled.model, ruled.startedBy], ['Sony', 'WALKMAN [NWZ]', 'device']);
  const silent = identityOf(nothing, new Map(), false);
  assert.deepEqual([silent.manufacturer, silent.model, silent.lasting], ['', '', false]);
});

test('options of other plugins than the one that is named are left out', () => {
  const match = rulesOf('[S]\nMatchSubsystem=usb\nPlugin=storage\nStorage.ImportOnly=true\nSyncML.Retries=3\n').match(
    new Map([['subsystem', 'usb']]),
  );
  assert.deepEqual([...identityOf(match, new Map(), true).options], [['storage.ImportOnly', 'true']]);
});

test('a fact with a line end in it never becomes an address', () => {
  const match = rulesOf(`[S]\nMatchSubsystem=usb\nStore.music=\${x.y} audio/*\n`).match(
    new Map([['subsystem', 'usb']]),
  );
  assert.deepEqual(identityOf(match, new Map([['x.y', '/a\n/b']]), true).stores, []);
});

test('presentable text is one line without anything that steers a terminal', () => {
  assert.equal(presentable(' a\u001b[2J\tb\u202e\u2028c '), 'a [2J b c');
  assert.equal(presentable('x'.repeat(500)).length, 120);
});
