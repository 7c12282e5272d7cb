import { createHash } from 'node:crypto';
import { bytesOf, digestOf, sizeOf } from '../body.js';
import type { Item } from '../contract.js';

/** Larger texts are compared byte by byte: no card or appointment is that long. */
const LONGEST_TEXT = 4 * 1024 * 1024;

/** Set anew by whoever writes the item, so they say nothing about its content; UID, because devices mint their own. */
const VOLATILE = new Set(['PRODID', 'REV', 'DTSTAMP', 'LAST-MODIFIED', 'CREATED', 'UID']);

const CONTENT_LINES = new Set(['text/vcard', 'text/x-vcard', 'text/calendar', 'text/x-vcalendar', 'text/directory']);

/**
 * A digest by which two items of the same content are matched on a first sync, whoever wrote them: cards and
 * appointments without order, folding and volatile properties, plain text without line ends, all else byte by byte.
 */
export async function likeness(item: Item, signal: AbortSignal): Promise<string> {
  if (canonicalOf(item.contentType) === undefined || sizeOf(item.body) > LONGEST_TEXT)
    return digestOf(item.body, signal);
  return likenessOf(item.contentType, await bytesOf(item.body, LONGEST_TEXT, signal));
}

/** The same of a content that is at hand. */
export function likenessOf(contentType: string, bytes: Uint8Array): string {
  const canonical = bytes.byteLength > LONGEST_TEXT ? undefined : canonicalOf(contentType);
  const hash = createHash('sha256');
  if (canonical === undefined) return hash.update(bytes).digest('base64url');
  // latin1 keeps every byte apart, whatever the text's charset, and survives folds inside a character.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return hash.update(canonical(text), 'latin1').digest('base64url');
}

function canonicalOf(contentType: string): ((text: string) => string) | undefined {
  const type = mediaType(contentType);
  return CONTENT_LINES.has(type) ? contentLines : type === 'text/plain' ? plainText : undefined;
}

const mediaType = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

const plainText = (text: string): string => text.replace(/\r\n?/g, '\n').replace(/\n+$/, '');

interface Component {
  readonly name: string;
  readonly parts: string[];
}

/** RFC 5545 section 3.1 and RFC 6350 section 3.2 unfolding, then each component with its lines and parts in order. */
function contentLines(text: string): string {
  const open: Component[] = [{ name: '', parts: [] }];
  const close = (component: Component): string => `${component.name}{\n${component.parts.sort().join('\n')}\n}`;
  for (const line of unfold(text)) {
    const name = propertyName(line);
    const value = line.slice(line.indexOf(':') + 1);
    if (name === 'BEGIN') open.push({ name: value.trim().toUpperCase(), parts: [] });
    else if (name === 'END' && open.length > 1) {
      const done = open.pop();
      if (done !== undefined) open.at(-1)?.parts.push(close(done));
    } else if (!VOLATILE.has(name) && value.trim() !== '') open.at(-1)?.parts.push(name + line.slice(name.length));
  }
  // A text cut short leaves components open: they count all the same.
  return open.map(close).join('\n');
}

function unfold(text: string): readonly string[] {
  const lines: string[] = [];
  let softBreak = false;
  for (const raw of text.replace(/^\xef\xbb\xbf/, '').split(/\r\n|\r|\n/)) {
    const last = lines.at(-1);
    if (last !== undefined && softBreak) lines[lines.length - 1] = last.slice(0, -1) + raw;
    else if (last !== undefined && /^[ \t]/.test(raw)) lines[lines.length - 1] = last + raw.slice(1);
    else if (raw !== '') lines.push(raw);
    // vCard 2.1 section 2.1.3: a quoted-printable value goes on after `=` at the end of a line.
    const whole = lines.at(-1) ?? '';
    softBreak = whole.endsWith('=') && /^[^:]*;(ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(whole);
  }
  return lines;
}

/** Names are case-insensitive (RFC 6350 section 3.3). */
const propertyName = (line: string): string => (/^[^;:]*/.exec(line)?.[0] ?? '').trim().toUpperCase();
