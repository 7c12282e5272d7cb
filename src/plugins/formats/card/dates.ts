/** A whole date, with or without a time, in the basic or the extended format of ISO 8601. */
const WHOLE = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** `1996-04-15T10:22:00Z`, as vCard 3.0 has it; what is no whole date is left as it is. */
export function extendedDate(value: string): string {
  const found = WHOLE.exec(value.trim());
  if (found === null) return value;
  const [, year, month, day, hour, minute, second = '00', zone = ''] = found;
  const date = `${year}-${month}-${day}`;
  return hour === undefined ? date : `${date}T${hour}:${minute}:${second}${extendedOffset(zone.toUpperCase())}`;
}

/** `19960415T102200Z`, as vCard 2.1 and 4.0 have it; what is no whole date is left as it is. */
export function basicDate(value: string): string {
  const found = WHOLE.exec(value.trim());
  if (found === null) return value;
  const [, year, month, day, hour, minute, second = '00', zone = ''] = found;
  const date = `${year}${month}${day}`;
  return hour === undefined ? date : `${date}T${hour}${minute}${second}${basicOffset(zone.toUpperCase())}`;
}

const OFFSET = /^([+-]\d\d):?(\d\d)?$/;

/** `-05:00`, as vCard 3.0 has it; what is no offset is left as it is. */
export function extendedOffset(value: string): string {
  const found = OFFSET.exec(value);
  return found === null ? value : `${found[1]}:${found[2] ?? '00'}`;
}

/** `-0500`, as vCard 2.1 and 4.0 have it; what is no offset is left as it is. */
export function basicOffset(value: string): string {
  const found = OFFSET.exec(value);
  return found === null ? value : `${found[1]}${found[2] ?? '00'}`;
}

export const isOffset = (value: string): boolean => OFFSET.test(value);
