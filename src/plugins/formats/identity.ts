import { CradleError } from '../../dbus/errors.js';
import { identityOfCalendar } from './calendar/identity.js';
import { oneLine, summaryOf } from './card/names.js';
import { type Component, first } from './content-lines/component.js';
import { parseContentLines } from './content-lines/parse.js';
import { textOf } from './content-lines/values.js';
import { isContentLines } from './media-type.js';

/** By what two items are kin: edits of one and the same, though not equal. */
export interface Identity {
  readonly uid?: string;
  /** One line a person would know the item by. */
  readonly summary: string;
  /** The name, or summary and start, by which items without a UID in common are kin. */
  readonly name: string;
  /** The UID where there is one, else the name: `uid:...` or `name:...`. */
  readonly key: string;
}

/** Of a card, an appointment, a task or a note. Fails with InvalidItem for what cannot be read. */
export function identityOf(bytes: Uint8Array, contentType: string): Identity {
  if (!isContentLines(contentType)) return identity(undefined, firstLine(bytes), '');
  const [item] = parseContentLines(bytes);
  if (item === undefined) throw new CradleError('InvalidItem', 'the text is empty');
  return identityOfComponent(item);
}

/** Of what parseContentLines gives. */
export function identityOfComponent(item: Component): Identity {
  if (item.name === 'VCARD') return identity(text(item, 'UID')?.replace(/^urn:uuid:/i, ''), summaryOf(item), '');
  if (item.name === 'VCALENDAR') {
    const { uid, summary, start } = identityOfCalendar(item);
    return identity(uid, oneLine(summary), start);
  }
  const summary = ['SUMMARY', 'DESCRIPTION', 'BODY'].map((name) => text(item, name)).find((one) => one !== undefined);
  return identity(
    text(item, 'UID'),
    oneLine(summary ?? ''),
    (first(item, 'DTSTART') ?? first(item, 'DUE'))?.value ?? '',
  );
}

function identity(uid: string | undefined, summary: string, start: string): Identity {
  const words = summary.normalize('NFKC').toLowerCase();
  const name = start === '' ? words : `${words} @${start}`;
  const rest = { summary: summary === '' ? 'an item without a name' : summary, name };
  return uid === undefined ? { ...rest, key: `name:${name}` } : { uid, ...rest, key: `uid:${uid}` };
}

function text(of: Component, name: string): string | undefined {
  const found = first(of, name);
  const value = found === undefined ? '' : textOf(found, of.dialect).trim();
  return value === '' ? undefined : value;
}

const firstLine = (bytes: Uint8Array): string =>
  oneLine(/[^\s][^\r\n]*/.exec(Buffer.from(bytes.subarray(0, 4096)).toString())?.[0] ?? '');
