import { CradleError } from '../../../dbus/errors.js';
import { decodeText } from '../content-lines/charset.js';
import { type Component, component, first, type Property, property } from '../content-lines/component.js';
import { parseSingle } from '../content-lines/parse.js';
import { escaped, textOf } from '../content-lines/values.js';
import { writeContentLines } from '../content-lines/write.js';

export interface NoteOptions {
  /** What the text came in, or what the device wants it in; UTF-8 if not told. */
  readonly charset?: string;
  /** The vNote that a device last gave of this note: its dates and numbers go along. */
  readonly former?: Uint8Array;
}

/** No phone's note is longer. */
const LONGEST = 4 * 1024 * 1024;
/** Characters of a first line that phones show in their lists. */
const LONGEST_SUMMARY = 128;

/** A note as text of its own in UTF-8, from a vNote 1.1 (IrMC section 4.1.4, text/x-vnote). Fails with InvalidItem. */
export function textOfNote(bytes: Uint8Array, { charset = '' }: NoteOptions = {}): Uint8Array {
  const note = parseSingle(bytes, charset);
  const entry =
    note.name === 'VNOTE' ? note : note.components.find(({ name }) => name === 'VNOTE' || name === 'VJOURNAL');
  if (entry === undefined)
    throw new CradleError('InvalidItem', `a note begins with VNOTE, not with ${note.name.slice(0, 40)}`);
  const read = (name: string): string => {
    const found = first(entry, name);
    return found === undefined ? '' : textOf(found, entry.dialect).replace(/\r\n?/g, '\n').trimEnd();
  };
  const [summary, body] = [read('SUMMARY').trim(), read('BODY') || read('DESCRIPTION')];
  // Most phones have the first line as summary too: it is one line of the note, not two.
  const told = summary === '' || summaryOf(body) === summary || body.trimStart().startsWith(summary);
  const text = told ? body : body === '' ? summary : `${summary}\n${body}`;
  return Buffer.from(text);
}

/** A text as vNote 1.1, its first line as summary. */
export function noteOfText(bytes: Uint8Array, { charset = '', former }: NoteOptions = {}): Uint8Array {
  const text = plainText(bytes);
  const before = former === undefined ? [] : formerProperties(former);
  const properties: Property[] = [property('VERSION', '1.1')];
  const summary = summaryOf(text);
  if (summary !== '') properties.push(property('SUMMARY', escaped(summary, 'vnote-1.1')));
  properties.push(property('BODY', escaped(text, 'vnote-1.1')), ...before);
  return writeContentLines([component('VNOTE', 'vnote-1.1', properties)], charset === '' ? {} : { charset });
}

/** A text in UTF-8 without what only its sender's system needs: byte order mark, other line ends, NULs. */
export function plainNote(bytes: Uint8Array, { charset = '' }: NoteOptions = {}): Uint8Array {
  return Buffer.from(plainText(bytes, charset));
}

function plainText(bytes: Uint8Array, charset = ''): string {
  if (bytes.byteLength > LONGEST)
    throw new CradleError('InvalidItem', `the note has ${bytes.byteLength} bytes, more than the ${LONGEST} allowed`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return decodeText(buffer, charset)
    .replace(/^\uFEFF/, '')
    .replaceAll('\0', '')
    .replace(/\r\n?/g, '\n');
}

/** The first line with anything on it, cut where phones cut. */
export function summaryOf(text: string): string {
  const line =
    text
      .split('\n')
      .find((one) => one.trim() !== '')
      ?.trim() ?? '';
  return [...line].slice(0, LONGEST_SUMMARY).join('');
}

/** What the device keeps with a note beside its text. */
function formerProperties(former: Uint8Array): readonly Property[] {
  let note: Component;
  try {
    note = parseSingle(former);
  } catch {
    return [];
  }
  return note.properties.filter(({ name }) => !['VERSION', 'SUMMARY', 'BODY'].includes(name));
}
