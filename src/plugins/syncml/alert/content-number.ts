/** WSP 1.3 appendix A, table 40: the media types of datastores that have a number there. */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['text/plain', 0x03],
  ['text/x-vcalendar', 0x06],
  ['text/x-vcard', 0x07],
]);

/** Types without a number, by the older one that means the same. */
const KIN: ReadonlyMap<string, string> = new Map([
  ['text/vcard', 'text/x-vcard'],
  ['text/directory', 'text/x-vcard'],
  ['text/calendar', 'text/x-vcalendar'],
]);

/** The number of a media type without parameters; 0 where it has none. */
export function contentNumber(type: string): number {
  const name = type.toLowerCase();
  return NUMBERS.get(KIN.get(name) ?? name) ?? 0;
}

/** The media type with that number, if it is one of ours. */
export function contentType(number: number): string | undefined {
  for (const [type, one] of NUMBERS) if (one === number) return type;
  return undefined;
}
