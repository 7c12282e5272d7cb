import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Capability, reduce } from '../../../src/plugins/formats/reduce.js';

const text = (version: string, lines: readonly string[]): Uint8Array =>
  Buffer.from(`BEGIN:VCARD\r\nVERSION:${version}\r\n${lines.join('\r\n')}\r\nEND:VCARD\r\n`);

const reduced = (
  lines: readonly string[],
  properties?: Readonly<Record<string, Capability>>,
  version = '2.1',
): readonly string[] =>
  Buffer.from(
    reduce(text(version, lines), properties === undefined ? {} : { properties: new Map(Object.entries(properties)) }),
  )
    .toString()
    .replace(/\r\n /g, '')
    .split('\r\n')
    .slice(2, -2);

test('a device that does not say what it holds gets everything but our own traces', () => {
  const lines = ['N:Doe;Jane', 'TEL;CELL;X-ODD=1:1', 'X-MINE:y'];
  assert.deepEqual(reduced([...lines, 'N;X-CRADLE-WAS=lists:a']), [...lines, 'N:a']);
});

test('properties that a device does not list are left out, X-* stands for all of their kind', () => {
  const lines = ['N:Doe;Jane', 'FN:Jane Doe', 'X-MINE:y', 'X-YOURS:z'];
  assert.deepEqual(reduced(lines, { N: {} }), ['N:Doe;Jane']);
  assert.deepEqual(reduced(lines, { N: {}, 'X-*': {} }), ['N:Doe;Jane', 'X-MINE:y', 'X-YOURS:z']);
});

test('of repeated properties the preferred ones stay, then the first ones, and empty ones go first', () => {
  const lines = ['TEL;CELL:', 'TEL;CELL:1', 'TEL;HOME:2', 'TEL;WORK;PREF:3'];
  assert.deepEqual(reduced(lines, { TEL: { maxOccur: 2 } }), ['TEL;CELL:1', 'TEL;WORK;PREF:3']);
  assert.deepEqual(reduced(['TEL;PREF=1:3', 'TEL;PREF=2:4'], { TEL: { maxOccur: 1, parameters: new Map() } }, '4.0'), [
    'TEL:3',
  ]);
});

test('parameters and types that a device does not know are left out, however it lists types', () => {
  const lines = ['TEL;CAR;CELL;X-ODD=1:1'];
  assert.deepEqual(reduced(lines, { TEL: { parameters: new Map([['TYPE', ['CELL', 'HOME']]]) } }), ['TEL;CELL:1']);
  assert.deepEqual(reduced(lines, { TEL: { parameters: new Map([['CELL', []]]) } }), ['TEL;CELL:1']);
  assert.deepEqual(reduced(lines, { TEL: { parameters: new Map([['TYPE', []]]) } }), ['TEL;CAR;CELL:1']);
  assert.deepEqual(
    reduced(['PHOTO;GIF;ENCODING=BASE64:', ' R0lG', ''], { PHOTO: { parameters: new Map([['TYPE', ['GIF']]]) } }),
    ['PHOTO;GIF;ENCODING=BASE64:R0lG', ''],
  );
});

test('texts are cut between characters, fields share the room, and what is worth nothing cut is left out', () => {
  assert.deepEqual(reduced(['NOTE:abc\\;def'], { NOTE: { maxSize: 5 } }), ['NOTE:abc;d']);
  assert.deepEqual(reduced(['NOTE:ab😀c'], { NOTE: { maxSize: 3 } }, '3.0'), ['NOTE:ab']);
  assert.deepEqual(reduced(['NOTE:abcdef'], { NOTE: { maxSize: 3, noTruncate: true } }), []);
  assert.deepEqual(reduced(['N:Doe;Jane;Quincy;;'], { N: { maxSize: 9 } }), ['N:Doe;Jane;Qu;;']);
  assert.deepEqual(
    reduced(['TEL:123456', 'TEL:12', 'BDAY:20260101', 'URL:http://example.org/'], {
      TEL: { maxSize: 3 },
      BDAY: { maxSize: 4 },
      URL: { maxSize: 5 },
    }),
    ['TEL:12'],
  );
  assert.deepEqual(reduced(['PHOTO;ENCODING=b:AAAAAAAA'], { PHOTO: { maxSize: 6 } }, '3.0'), [
    'PHOTO;ENCODING=B:AAAAAAAA',
  ]);
  assert.deepEqual(reduced(['PHOTO;ENCODING=b:AAAAAAAA'], { PHOTO: { maxSize: 5 } }, '3.0'), []);
});

test('values that a device does not take are left out', () => {
  const known = { CLASS: { values: ['PUBLIC', 'PRIVATE'] } };
  assert.deepEqual(reduced(['CLASS:private'], known), ['CLASS:private']);
  assert.deepEqual(reduced(['CLASS:CONFIDENTIAL'], known), []);
});

test('components that a device does not list among the values of BEGIN are left out, time zones are not', () => {
  const bytes = Buffer.from(
    'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
  );
  const properties = new Map<string, Capability>([
    ['BEGIN', { values: ['VCALENDAR', 'VEVENT'] }],
    ['SUMMARY', {}],
    ['TZID', {}],
  ]);
  const result = Buffer.from(reduce(bytes, { properties })).toString();
  assert.match(result, /BEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\nEND:VEVENT/);
});
