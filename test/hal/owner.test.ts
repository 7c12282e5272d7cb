import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Owner } from '../../src/hal/device.js';
import { canOpenNode, judgeOwner, type OwnerQuestion, ownerReason } from '../../src/hal/owner.js';
import { sighting } from '../fakes/source.js';
import { temporaryFolder } from '../support/tmp.js';

const usb = sighting({ subsystem: 'usb', node: '/dev/bus/usb/001/002' });
const block = sighting({ subsystem: 'block', node: '/dev/sdb1' });
const tty = sighting({ subsystem: 'tty', node: '/dev/ttyUSB0' });
const me = { uid: 1000, login: 'stefan', seat: 'active', atSeat: 'stefan' } as const;
const away = { ...me, seat: 'inactive', atSeat: 'anna' } as const;
const unknown = { ...me, seat: 'unknown', atSeat: undefined } as const;

const question: OwnerQuestion = {
  rule: undefined,
  claimed: false,
  ambiguous: false,
  transport: 'usb',
  sightings: [usb],
  me,
  canOpen: () => true,
};

const CASES: readonly (readonly [string, Partial<OwnerQuestion>, Owner])[] = [
  ['nobody says anything and I sit at the seat: offered', {}, { kind: 'offered', because: 'seat' }],
  ['a rule names me: mine', { rule: 'stefan', me: away, canOpen: () => false }, { kind: 'mine', because: 'rule' }],
  [
    'a rule names another: never mine, claim or not',
    { rule: 'anna', claimed: true },
    { kind: 'other', because: 'rule', login: 'anna' },
  ],
  [
    'I have claimed it: mine, wherever I sit',
    { claimed: true, me: away, canOpen: () => false },
    { kind: 'mine', because: 'claim' },
  ],
  ['I have claimed what a rule wants asked: mine', { claimed: true, rule: 'ask' }, { kind: 'mine', because: 'claim' }],
  [
    'no access to the node: not mine, whoever sits',
    { rule: 'seat', canOpen: () => false },
    { kind: 'other', because: 'no-access', login: undefined },
  ],
  [
    'no access, and another sits: theirs',
    { canOpen: () => false, me: away },
    { kind: 'other', because: 'no-access', login: 'anna' },
  ],
  ['another sits at the seat: theirs', { rule: 'seat', me: away }, { kind: 'other', because: 'seat', login: 'anna' }],
  [
    'nobody sits at the seat: not mine',
    { me: { ...away, atSeat: undefined } },
    { kind: 'other', because: 'seat', login: undefined },
  ],
  ['a rule gives it to the seat, and I sit there: mine', { rule: 'seat' }, { kind: 'mine', because: 'rule' }],
  ['a rule wants me asked: offered', { rule: 'ask' }, { kind: 'offered', because: 'ask' }],
  [
    'a twin is about: offered, even to the seat',
    { rule: 'seat', ambiguous: true },
    { kind: 'offered', because: 'ambiguous' },
  ],
  [
    'a twin is about: offered, even where a rule names me',
    { rule: 'stefan', ambiguous: true },
    { kind: 'offered', because: 'ambiguous' },
  ],
  ['a twin that I claimed: mine', { claimed: true, ambiguous: true }, { kind: 'mine', because: 'claim' }],
  ['no logind: offered, even to the seat', { rule: 'seat', me: unknown }, { kind: 'offered', because: 'seat' }],
  ['no logind, claimed: mine', { claimed: true, me: unknown }, { kind: 'mine', because: 'claim' }],
  [
    'a volume needs no access to its node',
    { transport: 'block', sightings: [block], canOpen: () => false },
    { kind: 'offered', because: 'seat' },
  ],
  [
    "a volume is nobody's who is not at the seat",
    { transport: 'block', sightings: [block], me: away },
    { kind: 'other', because: 'seat', login: 'anna' },
  ],
  [
    'the node of the transport counts, not those beside it',
    { transport: 'serial', sightings: [usb, tty], canOpen: (node) => node === '/dev/ttyUSB0' },
    { kind: 'offered', because: 'seat' },
  ],
  [
    'while no transport is known no node is asked about',
    { transport: undefined, canOpen: () => false },
    { kind: 'offered', because: 'seat' },
  ],
  [
    'where the transport has no node yet none is missed',
    { transport: 'serial', sightings: [usb], canOpen: () => false },
    { kind: 'offered', because: 'seat' },
  ],
];

for (const [what, asked, expected] of CASES)
  test(what, () => {
    assert.deepEqual(judgeOwner({ ...question, ...asked }), expected);
  });

test('access to a node is what access(2) says', async (t) => {
  const folder = await temporaryFolder(t);
  const node = join(folder, 'node');
  await writeFile(node, '');
  assert.equal(canOpenNode(node), true);
  assert.equal(canOpenNode(join(folder, 'none')), false);
  await chmod(node, 0o444);
  // Root may write all the same.
  assert.equal(canOpenNode(node), process.getuid?.() === 0);
});

test('every verdict has its sentence', () => {
  assert.equal(ownerReason({ kind: 'mine', because: 'claim' }, 'stefan'), 'stefan has claimed it');
  assert.equal(ownerReason({ kind: 'mine', because: 'rule' }, 'stefan'), 'a rule gives it to stefan');
  assert.equal(ownerReason({ kind: 'other', because: 'rule', login: 'anna' }, 'stefan'), 'a rule gives it to anna');
  assert.equal(
    ownerReason({ kind: 'other', because: 'seat', login: undefined }, 'stefan'),
    'somebody else sits at the seat',
  );
  assert.match(ownerReason({ kind: 'other', because: 'no-access', login: 'anna' }, 'stefan'), /may not open/);
  assert.match(ownerReason({ kind: 'offered', because: 'ambiguous' }, 'stefan'), /same lasting name/);
  assert.match(ownerReason({ kind: 'offered', because: 'ask' }, 'stefan'), /ask first/);
  assert.match(ownerReason({ kind: 'offered', because: 'seat' }, 'stefan'), /nobody has claimed/);
});
