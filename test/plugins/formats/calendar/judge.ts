import ICAL from 'ical.js';

/** One occurrence as ical.js sees it. */
export interface Judged {
  /** `2024-01-02T09:00:00Z`, or a date, or a local time without a zone. */
  readonly start: string;
  readonly end: string;
  readonly summary: string;
}

/** What ical.js, which shares no code with us, unrolls of an iCalendar: at most `most` occurrences up to `until`. */
export function judged(bytes: Uint8Array, until = '2032-01-01', most = 400): readonly Judged[] {
  const calendar = new ICAL.Component(ICAL.parse(Buffer.from(bytes).toString()));
  const entries = calendar.getAllSubcomponents('vevent');
  const masters = entries.filter((one) => !one.hasProperty('recurrence-id'));
  const found: Judged[] = [];
  for (const master of masters) {
    const uid = master.getFirstPropertyValue('uid');
    const exceptions = entries.filter(
      (one) => one.hasProperty('recurrence-id') && one.getFirstPropertyValue('uid') === uid,
    );
    const event = new ICAL.Event(master, { exceptions });
    // RFC 5545 section 3.8.5.2: DTSTART is the first of a series; ical.js forgets it where there are but RDATEs.
    if (master.hasProperty('rdate') && !master.hasProperty('rrule'))
      found.push({ start: told(event.startDate), end: told(event.endDate), summary: event.summary });
    const iterator = event.iterator();
    for (let next = iterator.next(); next && found.length < most; next = iterator.next()) {
      if (next.toString() >= until) break;
      const { startDate, endDate, item } = event.getOccurrenceDetails(next);
      found.push({ start: told(startDate), end: told(endDate), summary: item.summary });
    }
  }
  return found.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

function told(time: ICAL.Time): string {
  if (time.isDate || time.zone === ICAL.Timezone.localTimezone) return time.toString();
  return new Date(time.toUnixTime() * 1000).toISOString();
}

/** The first `most` occurrences of a rule by the wall clock, `YYYY-MM-DDTHH:MM:SS`. */
export function unrolled(rule: string, start: string, most: number): readonly string[] {
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateTimeString(start));
  const found: string[] = [];
  for (let next = iterator.next(); next && found.length < most; next = iterator.next()) found.push(next.toString());
  return found;
}
