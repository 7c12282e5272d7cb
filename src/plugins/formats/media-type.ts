/** The media types of texts made of content lines. */
const CONTENT_LINES = new Set([
  'text/vcard',
  'text/x-vcard',
  'text/directory',
  'text/calendar',
  'text/x-vcalendar',
  'text/x-vnote',
]);

/** The type and subtype of a media type in lower case, without parameters. */
export const mediaTypeWord = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

export const isContentLines = (contentType: string): boolean => CONTENT_LINES.has(mediaTypeWord(contentType));

/** What a media type says of its charset; empty when nothing. */
export const charsetOf = (contentType: string): string =>
  /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1] ?? '';
