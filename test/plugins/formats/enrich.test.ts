import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalCard, convertCard } from '../../../src/plugins/formats/card/convert.js';
import { type Component, changed, component, property } from '../../../src/plugins/formats/content-lines/component.js';
import { parseSingle } from '../../../src/plugins/formats/content-lines/parse.js';
import { writeContentLines } from '../../../src/plugins/formats/content-lines/write.js';
import { enrich } from '../../../src/plugins/formats/enrich.js';
import { isEmpty } from '../../../src/plugins/formats/essence.js';
import { reduce } from '../../../src/plugins/formats/reduce.js';
import { card as anyCard, told } from './card/arbitrary.js';

const card = (...lines: readonly string[]): Uint8Array =>
  Buffer.from(`BEGIN:VCARD\r\nVERSION:3.0\r\n${lines.join('\r\n')}\r\nEND:VCARD\r\n`);

const old = (...lines: readonly string[]): Uint8Array =>
  Buffer.from(`BEGIN:VCARD\r\nVERSION:2.1\r\n${lines.join('\r\n')}\r\nEND:VCARD\r\n`);

/** The lines between the frame, unfolded. */
const lines = (bytes: Uint8Array): readonly string[] =>
  Buffer.from(bytes).toString().replace(/\r\n /g, '').split('\r\n').slice(2, -2);

const RICH = [
  'FN:Jane Doe',
  'N:Doe;Jane;Quincy;Dr.;',
  'TEL;TYPE=CELL;X-NOTE=mine:+49 170 1',
  'TEL;TYPE=HOME,VOICE:+49 30 1',
  'EMAIL;TYPE=WORK:jane@example.org',
  'NOTE:a note that is quite long and says much\\nin two lines',
  'X-MY-PET:cat',
  'CATEGORIES:Friends,Family',
];

/** What an old phone has of it: no formatted name, no second name, a cut note, nothing of ours. */
const SENT = [
  'N:Doe;Jane;;;',
  'TEL;CELL:+49 170 1',
  'TEL;HOME;VOICE:+49 30 1',
  'EMAIL;WORK:jane@example.org',
  'NOTE:a note that is quite long',
];

const with_ = (all: readonly string[], change: Readonly<Record<string, string | undefined>>): readonly string[] =>
  all.flatMap((line) => {
    if (!Object.hasOwn(change, line)) return [line];
    const other = change[line];
    return other === undefined ? [] : [other];
  });

test('what comes back as it was sent changes nothing', () => {
  assert.deepEqual(lines(enrich({ rich: card(...RICH), sent: old(...SENT), received: old(...SENT) })), RICH);
  const shuffled = [...SENT].reverse().map((line) => line.replace('TEL;HOME;VOICE', 'TEL;TYPE=VOICE;HOME'));
  assert.deepEqual(
    lines(enrich({ rich: card(...RICH), sent: old(...SENT), received: old('X-IRMC-LUID:', ...shuffled) })),
    RICH,
  );
});

test('a number changed on the phone keeps what only the desktop knows of it', () => {
  const received = with_(SENT, { 'TEL;CELL:+49 170 1': 'TEL;CELL:+49 170 2' });
  const expected = with_(RICH, { 'TEL;TYPE=CELL;X-NOTE=mine:+49 170 1': 'TEL;TYPE=CELL;X-NOTE=mine:+49 170 2' });
  assert.deepEqual(lines(enrich({ rich: card(...RICH), sent: old(...SENT), received: old(...received) })), expected);
});

test('two numbers that change their order or their types are told apart by their values', () => {
  const received = with_(SENT, {
    'TEL;CELL:+49 170 1': 'TEL;HOME;VOICE:+49301',
    'TEL;HOME;VOICE:+49 30 1': 'TEL;WORK:+49 170 1',
  });
  assert.deepEqual(
    lines(enrich({ rich: card(...RICH), sent: old(...SENT), received: old(...received) })),
    with_(RICH, {
      'TEL;TYPE=CELL;X-NOTE=mine:+49 170 1': 'TEL;TYPE=WORK;X-NOTE=mine:+49 170 1',
      'TEL;TYPE=HOME,VOICE:+49 30 1': 'TEL;TYPE=HOME,VOICE:+49301',
    }),
  );
});

test('a number that is new on the phone is added, and one it was never sent does not come twice', () => {
  const result = enrich({
    rich: card(...RICH),
    sent: old(...SENT),
    received: old(...SENT, 'TEL;FAX:1', 'X-MY-PET:cat'),
  });
  assert.deepEqual(lines(result), [...RICH, 'TEL;TYPE=FAX:1']);
});

test('what does not come back is deleted only if the phone had given it before', () => {
  const received = old(...SENT.filter((line) => !line.startsWith('EMAIL')));
  const [rich, sent] = [card(...RICH), old(...SENT)];
  assert.deepEqual(lines(enrich({ rich, sent, received })), RICH);
  assert.deepEqual(lines(enrich({ rich, sent, received, held: received })), RICH);
  const held = sent;
  assert.deepEqual(
    lines(enrich({ rich, sent, received, held })),
    RICH.filter((line) => !line.startsWith('EMAIL')),
  );
  // An empty one is none.
  assert.deepEqual(
    lines(
      enrich({ rich, sent, received: old(...with_(SENT, { 'EMAIL;WORK:jane@example.org': 'EMAIL;WORK:' })), held }),
    ),
    RICH.filter((line) => !line.startsWith('EMAIL')),
  );
});

test('a text that comes back cut is no change, unless the phone had held more of it', () => {
  const [rich, sent] = [card(...RICH), old(...SENT)];
  const received = old(...with_(SENT, { 'NOTE:a note that is quite long': 'NOTE:a note that is' }));
  assert.deepEqual(lines(enrich({ rich, sent, received })), RICH);
  assert.deepEqual(lines(enrich({ rich, sent, received, held: received })), RICH);
  const [note] = lines(enrich({ rich, sent, received, held: sent })).filter((line) => line.startsWith('NOTE'));
  assert.equal(note, 'NOTE:a note that is');
});

test('the end of a text that a phone cannot hold stays where the text before it does', () => {
  const note = (text: string): string | undefined =>
    lines(
      enrich({
        rich: card(...RICH),
        sent: old(...SENT),
        received: old(...with_(SENT, { 'NOTE:a note that is quite long': `NOTE:${text}` })),
      }),
    ).find((line) => line.startsWith('NOTE'));
  assert.equal(note('my note that is quite long'), 'NOTE:my note that is quite long and says much\\nin two lines');
  assert.equal(note('something else'), 'NOTE:something else');
});

test('a first name changed on a phone without second names and titles leaves those alone', () => {
  const received = with_(SENT, { 'N:Doe;Jane;;;': 'N:Doe;Janet;;;' });
  const result = lines(enrich({ rich: card(...RICH), sent: old(...SENT), received: old(...received) }));
  assert.deepEqual(
    result,
    with_(RICH, { 'FN:Jane Doe': 'FN:Dr. Janet Quincy Doe', 'N:Doe;Jane;Quincy;Dr.;': 'N:Doe;Janet;Quincy;Dr.;' }),
  );
});

test('fields that a phone loses of what it was sent stay, once it has given them they can be deleted', () => {
  const whole = with_(SENT, { 'N:Doe;Jane;;;': 'N:Doe;Jane;Quincy;Dr.;' });
  const name = (held?: readonly string[]): string | undefined =>
    lines(
      enrich({ rich: card(...RICH), sent: old(...whole), received: old(...SENT), ...(held && { held: old(...held) }) }),
    ).find((line) => line.startsWith('N:'));
  assert.equal(name(), 'N:Doe;Jane;Quincy;Dr.;');
  assert.equal(name(SENT), 'N:Doe;Jane;Quincy;Dr.;');
  assert.equal(name(whole), 'N:Doe;Jane;;;');
});

test('types that a phone does not know stay', () => {
  const rich = card('TEL;TYPE=CAR,HOME:1');
  assert.deepEqual(lines(enrich({ rich, sent: old('TEL;CAR;HOME:1'), received: old('TEL;HOME:1') })), [
    'TEL;TYPE=CAR,HOME:1',
  ]);
  assert.deepEqual(lines(enrich({ rich, sent: old('TEL;CAR;HOME:1'), received: old('TEL;WORK:1') })), [
    'TEL;TYPE=WORK:1',
  ]);
  const held = old('TEL;CAR;HOME:1');
  assert.deepEqual(lines(enrich({ rich, sent: held, received: old('TEL;WORK:1'), held })), ['TEL;TYPE=WORK:1']);
});

test('lists are changed as sets', () => {
  const [sent, received] = [card('CATEGORIES:Friends'), card('CATEGORIES:Business')];
  assert.deepEqual(lines(enrich({ rich: card('CATEGORIES:Friends,Family'), sent, received })), [
    'CATEGORIES:Family,Business',
  ]);
});

test('a picture taken on the phone comes, with its format', () => {
  const rich = card('PHOTO;VALUE=uri:http://example.org/me.jpg');
  assert.deepEqual(
    lines(enrich({ rich, sent: old('N:a'), received: old('N:a', 'PHOTO;GIF;ENCODING=BASE64:', ' R0lG', '') })),
    ['PHOTO;TYPE=GIF;ENCODING=B:R0lG'],
  );
  const had = card('PHOTO;ENCODING=B;TYPE=JPEG:AAAA');
  assert.deepEqual(lines(enrich({ rich: had, sent: had, received: card('PHOTO;ENCODING=B;TYPE=GIF:R0lG') })), [
    'PHOTO;ENCODING=B;TYPE=GIF:R0lG',
  ]);
});

test('a rich vCard 4.0 stays one', () => {
  const rich = convertCard(card(...RICH), 'vcard-4.0');
  const received = with_(SENT, { 'EMAIL;WORK:jane@example.org': 'EMAIL;WORK:doe@example.org' });
  const result = Buffer.from(enrich({ rich, sent: old(...SENT), received: old(...received) })).toString();
  assert.match(result, /VERSION:4\.0\r\n/);
  assert.match(result, /EMAIL;TYPE=WORK:doe@example\.org/);
});

test('plain notes are taken as they come, unless they come cut', () => {
  const contentType = 'text/plain';
  const [rich, sent] = [Buffer.from('one line and\nanother one'), Buffer.from('one line and\nanother')];
  const result = (received: string): string =>
    Buffer.from(enrich({ rich, sent, received: Buffer.from(received), contentType })).toString();
  assert.equal(result('one line and\r\nanother\r\n'), rich.toString());
  assert.equal(result('one line and'), rich.toString());
  assert.equal(result('two'), 'two');
});

const calendar = (...inside: readonly string[]): Uint8Array =>
  Buffer.from(
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n${inside.join('\r\n')}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
  );

test('appointments: what changed on the phone, and no more', () => {
  const contentType = 'text/calendar';
  const alarm = (trigger: string) => ['BEGIN:VALARM', 'ACTION:DISPLAY', `TRIGGER:${trigger}`, 'END:VALARM'];
  const rich = calendar(
    'UID:1',
    'SUMMARY:Lunch',
    'DTSTART;TZID=Europe/Berlin:20260101T120000',
    'ATTENDEE;CN=Kim:mailto:kim@example.org',
    'COLOR:red',
    ...alarm('-PT10M'),
  );
  const sent = calendar('SUMMARY:Lunch', 'DTSTART:20260101T110000Z', ...alarm('-PT10M'));
  const received = calendar('SUMMARY:Late lunch', 'DTSTART:20260101T110000Z', ...alarm('-PT5M'));
  const result = Buffer.from(enrich({ rich, sent, received, contentType })).toString();
  for (const expected of [
    'SUMMARY:Late lunch',
    'DTSTART;TZID=Europe/Berlin:20260101T120000',
    'ATTENDEE;CN=Kim:mailto:kim@example.org',
    'TRIGGER:-PT5M',
    'COLOR:red',
  ])
    assert.match(result, new RegExp(expected.replace(/[.;=:+]/g, '\\$&')));
  assert.doesNotMatch(result, /PT10M/);
  const later = enrich({
    rich,
    sent,
    received: calendar('SUMMARY:Lunch', 'DTSTART:20260101T130000Z', ...alarm('-PT10M')),
    contentType,
  });
  assert.match(Buffer.from(later).toString(), /DTSTART;TZID=Europe\/Berlin:20260101T140000/);
});

test('an alarm that does not come back is deleted only if the phone had given it', () => {
  const contentType = 'text/calendar';
  const alarm = ['BEGIN:VALARM', 'ACTION:AUDIO', 'TRIGGER:-PT10M', 'END:VALARM'];
  const [rich, received] = [calendar('SUMMARY:x', ...alarm), calendar('SUMMARY:x')];
  const has = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes('VALARM');
  assert(has(enrich({ rich, sent: rich, received, contentType })));
  assert(!has(enrich({ rich, sent: rich, received, held: rich, contentType })));
  assert(has(enrich({ rich: received, sent: received, received: rich, contentType })));
});

const bytesOf = (one: Component): Uint8Array => writeContentLines([one]);

test('whatever a device holds too little of, nothing is lost as long as nobody changes anything', () => {
  const limits = fc.dictionary(
    fc.constantFrom('N', 'TEL', 'EMAIL', 'NOTE', 'ADR', 'CATEGORIES', 'PHOTO', 'TITLE'),
    fc.record({ maxSize: fc.constantFrom(0, 5, 20), maxOccur: fc.constantFrom(0, 1, 2) }),
  );
  fc.assert(
    fc.property(
      anyCard,
      limits,
      fc.constantFrom('vcard-2.1' as const, 'vcard-3.0' as const),
      (rich, known, dialect) => {
        const properties = new Map(Object.entries(known));
        const sent = reduce(convertCard(bytesOf(rich), dialect), { properties });
        const result = parseSingle(enrich({ rich: bytesOf(rich), sent, received: sent }));
        assert.deepEqual(told(result), told(rich));
        assert.deepEqual(
          told(parseSingle(enrich({ rich: bytesOf(rich), sent, received: sent, held: sent }))),
          told(rich),
        );
      },
    ),
  );
});

test('a device that drops what it likes on its first answer deletes nothing', () => {
  fc.assert(
    fc.property(anyCard, fc.array(fc.boolean(), { maxLength: 20 }), (rich, drops) => {
      const sent = convertCard(bytesOf(rich), 'vcard-2.1');
      const tree = parseSingle(sent);
      const kept = tree.properties.filter(
        (one, at) => one.name === 'VERSION' || one.name === 'N' || one.name === 'AGENT' || drops[at] !== true,
      );
      const received = bytesOf(component(tree.name, tree.dialect, kept, tree.components));
      assert.deepEqual(told(parseSingle(enrich({ rich: bytesOf(rich), sent, received }))), told(rich));
    }),
  );
});

test('one property changed on a device that holds everything is one property changed here', () => {
  fc.assert(
    fc.property(anyCard, fc.nat(30), fc.integer({ min: 1, max: 99_999 }), (rich, which, value) => {
      const numbers = rich.properties.filter((one) => one.name === 'TEL');
      const one = numbers[which % Math.max(numbers.length, 1)];
      const once = numbers.filter((other) => other.value === one?.value).length === 1;
      if (one === undefined || !once || isEmpty(one)) return;
      const edit = (of: Component): Component =>
        component(
          of.name,
          of.dialect,
          of.properties.map((each) => (each === one ? changed(each, { value: `0${value}` }) : each)),
          of.components,
        );
      const edited = edit(rich);
      const [sent, received] = [rich, edited].map((each) => convertCard(bytesOf(each), 'vcard-2.1'));
      assert(sent !== undefined && received !== undefined);
      assert.deepEqual(told(parseSingle(enrich({ rich: bytesOf(rich), sent, received, held: sent }))), told(edited));
    }),
  );
});

test('what is added or taken away on a device that holds everything is so here', () => {
  fc.assert(
    fc.property(anyCard, fc.integer({ min: 1, max: 99_999 }), (rich, value) => {
      const more = component(
        rich.name,
        rich.dialect,
        [...rich.properties, property('TEL', `+0 ${value}`, [{ name: 'TYPE', values: ['FAX'] }])],
        rich.components,
      );
      const [less, full] = [rich, more].map((each) => convertCard(bytesOf(each), 'vcard-2.1'));
      assert(less !== undefined && full !== undefined);
      const added = enrich({ rich: bytesOf(rich), sent: less, received: full, held: less });
      assert.deepEqual(told(parseSingle(added)), told(canonicalCard(more)));
      const taken = enrich({ rich: bytesOf(more), sent: full, received: less, held: full });
      assert.deepEqual(told(parseSingle(taken)), told(rich));
    }),
  );
});
