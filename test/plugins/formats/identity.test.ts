import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CradleError } from '../../../src/dbus/errors.js';
import { identityOf } from '../../../src/plugins/formats/identity.js';

const card = (...lines: readonly string[]): Uint8Array =>
  Buffer.from(`BEGIN:VCARD\nVERSION:3.0\n${lines.join('\n')}\nEND:VCARD\n`);
const of = (...lines: readonly string[]) => identityOf(card(...lines), 'text/vcard; charset=utf-8');

test('a card is known by its name, or by what comes next to one', () => {
  assert.equal(of('N:Doe;Jane;;Dr.;', 'FN:  Jane\\n Doe ').summary, 'Jane Doe');
  assert.equal(of('N:Doe;Jane;;Dr.;').summary, 'Dr. Jane Doe');
  assert.equal(of('ORG:Example\\; Inc.;Sales').summary, 'Example; Inc. Sales');
  assert.equal(of('EMAIL:x@example.org', 'TEL:1').summary, 'x@example.org');
  assert.equal(of('NOTE:x').summary, 'a card without a name');
  assert.equal([...of(`FN:${'😀'.repeat(500)}`).summary].length, 200);
});

test('cards are kin by UID, else by name in whatever case and form of letters', () => {
  assert.deepEqual(of('UID:urn:uuid:1', 'FN:Zoë'), { uid: '1', summary: 'Zoë', name: 'zoë', key: 'uid:1' });
  assert.equal(of('FN:ZOE\u0308').key, of('N:;zo\u00eb').key);
  assert.notEqual(of('FN:Zoë').key, of('FN:Zoe').key);
});

test('appointments are kin by UID, else by summary and start; the time zone beside them is not asked', () => {
  const calendar = (...lines: readonly string[]): Uint8Array =>
    Buffer.from(
      `BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE\nBEGIN:VEVENT\n${lines.join('\n')}\nEND:VEVENT\nEND:VCALENDAR\n`,
    );
  const event = (...lines: readonly string[]) => identityOf(calendar(...lines), 'text/calendar');
  assert.equal(event('UID:a@b', 'SUMMARY:Lunch').key, 'uid:a@b');
  assert.equal(event('SUMMARY:Lunch\\, late', 'DTSTART:20260101T120000Z').key, 'name:lunch, late @20260101T120000Z');
  assert.notEqual(event('SUMMARY:Lunch', 'DTSTART:20260101').key, event('SUMMARY:Lunch', 'DTSTART:20260102').key);
});

test('a note is known by its first line', () => {
  assert.equal(identityOf(Buffer.from('\r\n  Shopping list\r\nmilk'), 'text/plain').summary, 'Shopping list');
});

test('what cannot be read has no identity', () => {
  for (const text of ['', 'BEGIN:VCARD', 'hello'])
    assert.throws(
      () => identityOf(Buffer.from(text), 'text/vcard'),
      (thrown: unknown) => thrown instanceof CradleError && thrown.code === 'InvalidItem',
    );
});
