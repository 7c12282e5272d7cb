import { oneLine } from '../../formats/card/names.js';
import { decodeText, encodeText } from '../../formats/content-lines/charset.js';
import { component, first, property } from '../../formats/content-lines/component.js';
import { parseSingle } from '../../formats/content-lines/parse.js';
import { escaped, textOf } from '../../formats/content-lines/values.js';
import { writeContentLines } from '../../formats/content-lines/write.js';
import { enrich } from '../../formats/enrich.js';
import { likenessOf } from '../../formats/likeness.js';
import type { Content } from '../dialogue/conversation.js';
import type { Enriched, Form, Outbound, Put } from './form.js';
import { kinOf } from './kinship.js';
import type { Plain, Versions } from './plain.js';

export const NOTE = 'text/plain';
export const VNOTE = 'text/x-vnote';

export interface NoteHabits {
  /** `text/plain`, or `text/x-vnote` for phones of IrMC's family. */
  readonly type: string;
  /** Characters that it keeps of a note. */
  readonly maxSize?: number | undefined;
  readonly charset?: string | undefined;
}

/** Notes: plain text in UTF-8 here. */
export class NoteForm implements Form {
  readonly contentTypes = [NOTE];
  readonly #habits: NoteHabits;

  constructor(habits: NoteHabits) {
    this.#habits = habits;
  }

  read({ type, bytes }: Content): Plain {
    const isVNote = type === VNOTE || /^\s*BEGIN:VNOTE/i.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
    const text = isVNote ? fromVNote(bytes) : decodeText(Buffer.from(bytes), this.#habits.charset ?? '');
    return plain(text.replace(/^\ufeff/, ''));
  }

  write({ body }: Put): Outbound {
    const { type, maxSize, charset } = this.#habits;
    const whole = Buffer.from(body).toString();
    const text = maxSize === undefined || maxSize <= 0 ? whole : cut(whole, maxSize);
    const bytes =
      type === VNOTE
        ? toVNote(text, charset)
        : ((charset === undefined ? undefined : encodeText(text, charset)) ?? Buffer.from(text));
    const { body: held, likeness } = plain(text);
    return { content: { type, bytes }, held: { body: held, likeness }, kin: plain(whole).kin };
  }

  enrich({ body, held, told }: Versions, now: Plain): Enriched {
    const rich = enrich({
      rich: body,
      sent: held,
      received: now.body,
      contentType: NOTE,
      ...(told === undefined ? {} : { held: told }),
    });
    const { type, summary, kin } = plain(Buffer.from(rich).toString());
    return { type, summary, kin, body: rich };
  }
}

function plain(text: string): Plain {
  const body = Buffer.from(text);
  const title = oneLine(/[^\s][^\r\n]*/.exec(text)?.[0] ?? '');
  return {
    type: NOTE,
    body,
    likeness: likenessOf(NOTE, body),
    summary: title === '' ? 'an empty note' : title,
    kin: kinOf({ name: title.normalize('NFKC').toLowerCase() }),
  };
}

/** IrMC 1.1, section 9.6: the text is in BODY; phones without one have it in SUMMARY. */
function fromVNote(bytes: Uint8Array): string {
  const note = parseSingle(bytes);
  const text = first(note, 'BODY') ?? first(note, 'SUMMARY');
  return text === undefined ? '' : textOf(text, note.dialect);
}

const toVNote = (text: string, charset: string | undefined): Uint8Array =>
  writeContentLines(
    [component('VNOTE', 'vnote-1.1', [property('VERSION', '1.1'), property('BODY', escaped(text, 'vnote-1.1'))])],
    charset === undefined ? {} : { charset },
  );

/** At most so many characters, and no half of one. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const code = text.charCodeAt(most - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? most - 1 : most);
}
