import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LargeBody } from '../../../src/plugins/body.js';
import { digestOf } from '../../../src/plugins/body.js';
import { likeness } from '../../../src/plugins/formats/likeness.js';
import { forever } from '../../support/items.js';

const of = (contentType: string, text: string): Promise<string> =>
  likeness({ contentType, body: Buffer.from(text), summary: 'it' }, forever);

async function alike(contentType: string, one: string, other: string): Promise<void> {
  assert.equal(await of(contentType, one), await of(contentType, other));
}

async function unlike(contentType: string, one: string, other: string): Promise<void> {
  assert.notEqual(await of(contentType, one), await of(contentType, other));
}

const CARD =
  'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Müller\r\nTEL;TYPE=cell:+49 1\r\nNOTE:one two three\r\nEND:VCARD\r\n';

test('a card is like itself in another order, folded otherwise, by another program, with other line ends', async () => {
  const other =
    'begin:vcard\nPRODID:-//Phone//EN\nNOTE:one \n two th\n ree\nREV:20260101T000000Z\nTEL;TYPE=cell:+49 1\nFN:Anna Müller\nUID:1234\nVERSION:3.0\nEND:VCARD';
  await alike('text/vcard', CARD, other);
  assert.equal(await of('text/vcard', CARD), await of('text/x-vcard; charset=utf-8', other));
});

test('a fold in the middle of a character, and a soft line break of vCard 2.1, make no difference', async () => {
  const [before, after] = CARD.split('Müller');
  const bytes = Buffer.from('ü');
  const folded = Buffer.concat([
    Buffer.from(`${before}M`),
    bytes.subarray(0, 1),
    Buffer.from('\r\n '),
    bytes.subarray(1),
    Buffer.from(`ller${after}`),
  ]);
  const likenessOfFolded = await likeness({ contentType: 'text/vcard', body: folded, summary: 'it' }, forever);
  assert.equal(likenessOfFolded, await of('text/vcard', CARD));
  const quoted = (value: string) => `BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:${value}\nEND:VCARD\n`;
  await alike('text/x-vcard', quoted('M=C3=BCller und Sohn'), quoted('M=C3=BCller =\nund Sohn'));
});

test('another number, another type of number, another value of one property make another card', async () => {
  await unlike('text/vcard', CARD, CARD.replace('+49 1', '+49 2'));
  await unlike('text/vcard', CARD, CARD.replace('cell', 'home'));
  await unlike('text/vcard', CARD, CARD.replace('one two', 'one Two'));
});

test('what belongs to one part of a calendar is not taken for another’s', async () => {
  const calendar = (...events: readonly (readonly [string, string])[]) =>
    `BEGIN:VCALENDAR\n${events.map(([start, summary]) => `BEGIN:VEVENT\nDTSTART:${start}\nSUMMARY:${summary}\nEND:VEVENT\n`).join('')}END:VCALENDAR\n`;
  const [one, other] = [['1', 'breakfast'] as const, ['2', 'lunch'] as const];
  await alike('text/calendar', calendar(one, other), calendar(other, one));
  await unlike('text/calendar', calendar(one, other), calendar(['1', 'lunch'], ['2', 'breakfast']));
});

test('plain text is like itself with other line ends', async () => {
  await alike('text/plain', 'one\ntwo\n', 'one\r\ntwo');
  await unlike('text/plain', 'one\ntwo', 'one two');
});

test('all else is compared byte by byte', async () => {
  await unlike('application/pdf', 'one\n', 'one\r\n');
  const body = Buffer.from('picture');
  assert.equal(await of('image/jpeg', 'picture'), await digestOf(body, forever));
});

test('broken texts have a likeness too, and texts of absurd length are compared byte by byte', async () => {
  await unlike('text/vcard', 'BEGIN:VCARD\nFN:a', 'BEGIN:VCARD\nFN:b');
  await unlike('text/vcard', 'END:VCARD\nEND:VCARD\na', 'END:VCARD\nb');
  await alike('text/vcard', '', '');
  const body: LargeBody = {
    size: 8 * 1024 * 1024,
    async *open() {
      for (let n = 0; n < 8; n++) yield Buffer.alloc(1024 * 1024, 'x');
    },
  };
  assert.equal(
    await likeness({ contentType: 'text/vcard', body, summary: 'it' }, forever),
    await digestOf(body, forever),
  );
});
