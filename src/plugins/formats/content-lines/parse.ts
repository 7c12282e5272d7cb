import { CradleError } from '../../../dbus/errors.js';
import { decodeText, readWhole } from './charset.js';
import type { Component, Property } from './component.js';
import { type Dialect, dialectOf, isVersit } from './dialect.js';
import { type Head, readHead, valueStart } from './head.js';
import { broken, glimpse, LIMITS, type Limits } from './limits.js';
import { endsSoftly, Lines } from './lines.js';
import { decodeQuotedPrintable } from './quoted-printable.js';

/** A component whose END has not come yet. */
interface Open {
  readonly name: string;
  readonly dialect: Dialect;
  readonly line: number;
  readonly properties: Property[];
  readonly components: Component[];
}

/**
 * The components of a text of content lines (vCard 2.1, RFC 2426, RFC 6350, vCalendar 1.0, RFC 5545, vNote 1.1), each
 * with the dialect it was written in. `charset` is what the text came labelled with, for properties that name none.
 * Fails with InvalidItem, and the number of the line, for what cannot be read without losing something.
 */
export function parseContentLines(bytes: Uint8Array, charset = '', limits: Limits = LIMITS): readonly Component[] {
  if (bytes.byteLength > limits.bytes)
    throw new CradleError(
      'InvalidItem',
      `the text has ${bytes.byteLength} bytes, more than the ${limits.bytes} allowed`,
    );
  const { text, octets } = readWhole(bytes);
  return new Reading(text, octets, charset, limits).components();
}

/** The only component of a text. Fails with InvalidItem when there are none or several. */
export function parseSingle(bytes: Uint8Array, charset = '', limits: Limits = LIMITS): Component {
  const [only, ...more] = parseContentLines(bytes, charset, limits);
  if (only === undefined) throw new CradleError('InvalidItem', 'the text is empty');
  if (more.length > 0)
    throw new CradleError('InvalidItem', `the text holds ${more.length + 1} items where one belongs`);
  return only;
}

class Reading {
  readonly #lines: Lines;
  readonly #octets: boolean;
  readonly #charset: string;
  readonly #limits: Limits;
  readonly #done: Component[] = [];
  readonly #open: Open[] = [];
  #versit = false;

  constructor(text: string, octets: boolean, charset: string, limits: Limits) {
    this.#lines = new Lines(text, limits);
    this.#octets = octets;
    this.#charset = charset;
    this.#limits = limits;
  }

  components(): readonly Component[] {
    for (let line = this.#lines.take(); line !== undefined; line = this.#lines.take()) {
      if (!isBlank(line)) this.#read(line);
    }
    const left = this.#open.at(-1);
    if (left !== undefined) throw broken(left.line, `begins a ${left.name} that never ends`);
    return this.#done;
  }

  #read(physical: string): void {
    const number = this.#lines.number;
    const lines = this.#lines;
    // A soft line break is no fold, even where blanks follow: which it is, the head tells.
    const softly = endsSoftly(physical);
    let line = lines.folded && !softly ? lines.unfold(physical, this.#versit) : physical;
    let start = valueStart(line);
    let head = start === 0 ? undefined : readHead(line.slice(0, start - 1), this.#limits.parameters);
    if (softly && lines.folded && head?.encoding !== 'quoted-printable') {
      line = lines.unfold(physical, this.#versit);
      start = valueStart(line);
      head = start === 0 ? undefined : readHead(line.slice(0, start - 1), this.#limits.parameters);
    }
    if (head === undefined) throw broken(number, `is no property: ${glimpse(line)}`);
    if (head.name === 'BEGIN') this.#begin(line.slice(start), number);
    else if (head.name === 'END') this.#end(line.slice(start), number);
    else this.#property(head, line.slice(start), number);
  }

  #begin(value: string, number: number): void {
    const name = value.trim().toUpperCase();
    if (this.#open.length >= this.#limits.depth) throw broken(number, 'nests too deeply');
    const dialect = this.#open[0]?.dialect ?? dialectOf(name, this.#lines.version());
    if (dialect === undefined) throw broken(number, `begins ${glimpse(name)}, which is no card, calendar or note`);
    this.#versit = isVersit(dialect);
    this.#open.push({ name, dialect, line: number, properties: [], components: [] });
  }

  #end(value: string, number: number): void {
    const name = value.trim().toUpperCase();
    const open = this.#open.pop();
    if (open === undefined) throw broken(number, `ends ${glimpse(name)}, which never began`);
    if (open.name !== name) throw broken(number, `ends ${glimpse(name)} inside a ${glimpse(open.name)}`);
    const { dialect, properties, components } = open;
    (this.#open.at(-1)?.components ?? this.#done).push({ name, dialect, properties, components });
  }

  #property(head: Head, raw: string, number: number): void {
    const open = this.#open.at(-1);
    if (open === undefined) throw broken(number, `is outside of any card, calendar or note: ${glimpse(head.spelling)}`);
    if (open.properties.length >= this.#limits.properties) throw broken(number, `is one too many for a ${open.name}`);
    const { group, name, spelling, parameters } = head;
    // vCard 2.1 section 2.4.2: the agent's card may begin on the very line.
    const agent = this.#versit && name === 'AGENT' && /^\s*BEGIN\s*:\s*VCARD\s*$/i.test(raw);
    const value = agent ? '' : this.#value(head, raw);
    open.properties.push({ group, name, spelling, parameters, value });
    if (agent) this.#begin('VCARD', number);
  }

  #value(head: Head, raw: string): string {
    if (head.encoding === 'base64') return this.#lines.block(raw);
    const quoted = head.encoding === 'quoted-printable';
    const charset = head.charset === '' ? this.#charset : head.charset;
    if (!quoted && !this.#octets && head.charset === '') return raw;
    const whole = quoted ? this.#lines.soften(raw) : raw;
    const octets = Buffer.from(whole, this.#octets ? 'latin1' : 'utf8');
    const text = decodeText(quoted ? decodeQuotedPrintable(octets) : octets, charset);
    if (!/[\r\n]/.test(text)) return text;
    return text.replace(/\r\n?|\n/g, this.#versit ? '\n' : '\\n');
  }
}

/** Nothing to read; phones fill their buffers up with NUL, and some texts end as CP/M's did. */
function isBlank(line: string): boolean {
  for (let at = 0; at < line.length; at++) if (line.charCodeAt(at) > 0x20) return false;
  return true;
}
