import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertCalendar } from '../../../../src/plugins/formats/calendar/convert.js';
import { enrich } from '../../../../src/plugins/formats/enrich.js';
import { likenessOf } from '../../../../src/plugins/formats/likeness.js';
import { mergeItems } from '../../../../src/plugins/formats/merge.js';
import { judged } from './judge.js';
import { GOOGLE_SERIES, NOKIA_S40, OUTLOOK_BERLIN, type Sample, text } from './samples.js';

const DEVICE = { zone: 'Asia/Kolkata', originals: false };
const CALENDAR = 'text/calendar';

/** What a device in India is sent, what it has of it as far as we know, and what it says once a person has edited it. */
function onDevice(rich: Sample, edit: (vcalendar: string) => string) {
  const device = Buffer.from(convertCalendar(text(rich), 'vcalendar-1.0', DEVICE)).toString();
  const read = (vcalendar: string): Uint8Array => convertCalendar(Buffer.from(vcalendar), 'icalendar-2.0', DEVICE);
  return { rich: text(rich), sent: read(device), received: read(edit(device)), contentType: CALENDAR };
}

const lines = (bytes: Uint8Array): readonly string[] =>
  Buffer.from(bytes)
    .toString()
    .replace(/\r\n[ \t]/g, '')
    .split('\r\n');

test('a device that gives back what it was sent has changed nothing, whatever its zone and its format can say', () => {
  for (const sample of [GOOGLE_SERIES, OUTLOOK_BERLIN]) {
    const rich = enrich(onDevice(sample, (vcalendar) => vcalendar));
    assert.equal(likenessOf(CALENDAR, rich), likenessOf(CALENDAR, text(sample)));
    assert.deepEqual(judged(rich), judged(text(sample)));
    const sorted = (bytes: Uint8Array): readonly string[] =>
      lines(bytes)
        .filter((line) => !line.startsWith('EXDATE'))
        .sort();
    assert.deepEqual(sorted(rich), sorted(text(sample)));
  }
});

test('what was changed on the device is changed, and told in the zone it was told in', () => {
  const rich = lines(
    enrich(
      onDevice(OUTLOOK_BERLIN, (vcalendar) =>
        vcalendar.replace('DTSTART:20240131T203000', 'DTSTART:20240131T193000').replace('Last working day', 'Payday'),
      ),
    ),
  );
  assert(rich.includes('DTSTART;TZID=W. Europe Standard Time:20240131T150000'), rich.join('\n'));
  assert(rich.includes('SUMMARY;LANGUAGE=en-us:Payday'));
  assert(rich.includes('RRULE:FREQ=MONTHLY;COUNT=10;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1'));
});

test('an occurrence that was deleted on the device is one more gap', () => {
  const rich = enrich(onDevice(GOOGLE_SERIES, (vcalendar) => vcalendar.replace(/EXDATE:/, 'EXDATE:20240307T133000;')));
  const gone = '2024-03-07T08:00:00.000Z';
  assert(judged(text(GOOGLE_SERIES)).some(({ start }) => start === gone));
  assert.deepEqual(
    judged(rich),
    judged(text(GOOGLE_SERIES), undefined, 401)
      .filter(({ start }) => start !== gone)
      .slice(0, 400),
  );
});

test('an exception that was moved on the device is moved, and the series stays', () => {
  const rich = enrich(
    onDevice(GOOGLE_SERIES, (vcalendar) =>
      vcalendar
        .replace('DTSTART:20240314T153000', 'DTSTART:20240314T163000')
        .replace('DTEND:20240314T163000', 'DTEND:20240314T173000'),
    ),
  );
  assert(lines(rich).includes('DTSTART;TZID=Europe/Berlin:20240314T120000'));
  assert.equal(lines(rich).filter((line) => line === 'BEGIN:VEVENT').length, 2);
  assert.equal(judged(rich).find(({ summary }) => summary === 'Stand-up, later')?.start, '2024-03-14T11:00:00.000Z');
});

test('edits of both sides in different zones and spellings are put together', () => {
  const base = Buffer.from(text(GOOGLE_SERIES)).toString();
  const left = base.replace('LOCATION:Room 1', 'LOCATION:Room 2');
  const right = base
    .replace('DTSTART;TZID=Europe/Berlin:20240305T090000', 'DTSTART:20240305T080000Z')
    .replace('DTSTART;TZID=Europe/Berlin:20240314T110000', 'DTSTART:20240314T103000Z')
    .replace('EXDATE;TZID=Europe/Berlin:20240321T090000', 'EXDATE:20240321T080000Z');
  const { merged, clashes } = mergeItems({
    base: Buffer.from(base),
    left: Buffer.from(left),
    right: Buffer.from(right),
    contentType: CALENDAR,
  });
  assert.deepEqual(clashes, []);
  for (const line of [
    'LOCATION:Room 2\\, upstairs',
    'DTSTART;TZID=Europe/Berlin:20240305T090000',
    'DTSTART;TZID=Europe/Berlin:20240314T113000',
    'TZID:Europe/Berlin',
  ])
    assert(lines(merged).includes(line), line);
});

test('one event in two formats is one by its likeness', () => {
  const device = text(NOKIA_S40);
  const zone = { zone: new Intl.DateTimeFormat().resolvedOptions().timeZone, originals: false };
  assert.equal(
    likenessOf('text/x-vcalendar', device),
    likenessOf(CALENDAR, convertCalendar(device, 'icalendar-2.0', zone)),
  );
});
