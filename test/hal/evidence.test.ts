import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeValue, parseRecording, type Recording, writeRecording } from '../../src/hal/evidence.js';

test('an evidence file holds sightings, answers of probes, words of the peer and what is expected', () => {
  const recording = parseRecording(
    '# A phone.\n[Sighting]\nusb.id=0421:0802\n\n[Sighting 2]\nkey=/x\nsource=bluez\nbody=/y\nmodel=N95\n\n[Probe at]\nat.serial=35\n\n[Peer]\nsyncml.man=Nokia\n\n[Expect]\nKind=phone\n',
  );
  assert.equal(recording.comment, 'A phone.');
  assert.deepEqual(
    recording.sightings.map(({ key, source, body, evidence }) => [key, source, body, [...evidence]]),
    [
      ['sighting-1', 'evidence', 'body', [['usb.id', '0421:0802']]],
      ['/x', 'bluez', '/y', [['model', 'N95']]],
    ],
  );
  assert.deepEqual([...(recording.probes.get('at') ?? [])], [['at.serial', '35']]);
  assert.equal(recording.peer.get('syncml.man'), 'Nokia');
  assert.equal(recording.expect.get('Kind'), 'phone');
});

for (const [what, text, message] of [
  ['no sighting', '[Expect]\nKind=phone\n', /line 1: there is no \[Sighting\]/],
  ['an unknown section', '[Sighting]\na=b\n\n[Sightings]\n', /line 4: there is no section \[Sightings\]/],
  ['a fact twice', '[Sighting]\na=b\na=c\n', /line 3: a stands twice/],
  ['a section twice', '[Sighting]\na=b\n[Peer]\n[Peer]\n', /line 4: \[Peer\] stands twice/],
  ['a bad escape', '[Sighting]\na=\\x20\n', /line 2: "\\x" is no escape/],
  ['a backslash at the end', '[Sighting]\na=b\\\n', /line 2: "\\" is no escape/],
  ['a line that is none', '[Sighting]\nwhat\n', /line 2: the line is no "key=value"/],
  ['bytes that are no text', Buffer.from([0x5b, 0x53, 0xff]), /line 1: the line is not UTF-8/],
] as const)
  test(`${what} is refused with its line`, () => {
    assert.throws(() => parseRecording(text), { code: 'InvalidArgs', message });
  });

test('what is written is read back the same, whatever a device says', () => {
  const facts = fc
    .array(fc.tuple(fc.stringMatching(/^[a-z]{1,5}\.[a-z]{1,8}$/), fc.string({ unit: 'binary' })), { maxLength: 6 })
    .map((pairs) => new Map(pairs));
  const sighting = fc.record({
    key: fc.string({ unit: 'binary' }),
    source: fc.constantFrom('udev', 'bluez'),
    body: fc.string({ unit: 'binary' }),
    evidence: facts,
  });
  const recording: fc.Arbitrary<Recording> = fc.record({
    sightings: fc.array(sighting, { minLength: 1, maxLength: 3 }),
    probes: facts.map((answer) => new Map([['at', answer]])),
    peer: facts,
    expect: facts,
    comment: fc.constantFrom('', 'A remark.\nIn two lines.'),
  });
  const plain = (value: Recording): unknown => ({
    ...value,
    sightings: value.sightings.map((one) => ({ ...one, evidence: Object.fromEntries(one.evidence) })),
    probes: [...value.probes].map(([name, answer]) => [name, Object.fromEntries(answer)]),
    peer: Object.fromEntries(value.peer),
    expect: Object.fromEntries(value.expect),
  });
  fc.assert(
    fc.property(recording, (written) => {
      assert.deepEqual(plain(parseRecording(Buffer.from(writeRecording(written)))), plain(written));
    }),
  );
});

test('what can be read is written as it is', () => {
  assert.equal(escapeValue('Sony Ericsson "W800i" = ü 電'), 'Sony Ericsson "W800i" = ü 電');
  assert.equal(escapeValue(' a\\b\n'), '\\sa\\\\b\\n');
  assert.equal(escapeValue('\u0007\u2028'), '\\u0007\\u2028');
});
