import { encodeText } from './charset.js';
import type { Component, Parameter, Property } from './component.js';
import { isVersit } from './dialect.js';
import { folded } from './fold.js';
import { isBareType } from './head.js';
import { encodeQuotedPrintable } from './quoted-printable.js';

export interface WriteOptions {
  /** What a versit device wants its text in, where that has the characters; UTF-8 otherwise. */
  readonly charset?: string;
}

/** Components as a text with CRLF, each in the dialect it says it has; the inverse of parseContentLines. */
export const writeContentLines = (components: readonly Component[], options: WriteOptions = {}): Uint8Array =>
  Buffer.from(components.map((one) => textOfComponent(one, options)).join(''));

/** One component as text. ASCII in the versit dialects, whatever the charset: it goes in quoted-printable. */
export const textOfComponent = (one: Component, { charset = 'UTF-8' }: WriteOptions = {}): string =>
  written(
    one,
    isVersit(one.dialect)
      ? (property) => versitLine(property, charset)
      : (property) => folded(line(property, one.dialect === 'icalendar-2.0')),
  );

function written(one: Component, lineOf: (property: Property) => string): string {
  let text = `BEGIN:${one.name}\r\n`;
  let agents = 0;
  for (const property of one.properties) {
    text += lineOf(property);
    // The card of an agent follows its property at once (vCard 2.1 section 2.4.2).
    const agent = isAgent(property, one) ? one.components[agents++] : undefined;
    if (agent !== undefined) text += written(agent, lineOf);
  }
  for (let at = agents; at < one.components.length; at++) {
    const inner = one.components[at];
    if (inner !== undefined) text += written(inner, lineOf);
  }
  return `${text}END:${one.name}\r\n`;
}

const isAgent = (property: Property, of: Component): boolean =>
  property.name === 'AGENT' && property.value === '' && isVersit(of.dialect);

function line({ group, spelling, parameters, value }: Property, calendar: boolean): string {
  let head = group === '' ? spelling : `${group}.${spelling}`;
  for (const parameter of parameters) head += named(calendar ? spelledOut(parameter) : parameter);
  return `${head}:${/[\r\n]/.test(value) ? value.replace(/\r\n?|\n/g, '\\n') : value}`;
}

/** RFC 5545 section 3.2.7 has another word for what vCard calls ENCODING=B. */
const spelledOut = (parameter: Parameter): Parameter =>
  parameter.name === 'ENCODING' && parameter.values[0] === 'B' ? { name: 'ENCODING', values: ['BASE64'] } : parameter;

const named = ({ name, values }: Parameter): string => {
  let text = `;${name}=`;
  for (let at = 0; at < values.length; at++) text += (at === 0 ? '' : ',') + quoted(values[at] ?? '');
  return text;
};

/** RFC 6350 section 3.3 quotes, RFC 6868 escapes. */
function quoted(value: string): string {
  const text = /[\^"\r\n]/.test(value)
    ? value.replace(/\^|"|\r\n?|\n/g, (one) => (one === '^' ? '^^' : one === '"' ? "^'" : '^n'))
    : value;
  return /[;:,]|^\s|\s$/.test(text) ? `"${text}"` : text;
}

/** A value that vCard 2.1 can say on a line as it is. */
const PLAIN = /^[\x20-\x7e\t]*$/;
/** Characters of base64 on a line, after the blank that indents it. */
const BLOCK = 72;

function versitLine({ group, spelling, parameters, value }: Property, wanted: string): string {
  let head = group === '' ? spelling : `${group}.${spelling}`;
  let base64 = false;
  for (const { name, values } of parameters) {
    if (name === 'TYPE') for (const type of values) head += isBareType(type) ? `;${type}` : `;TYPE=${quoted(type)}`;
    else if (name === 'ENCODING' && values[0] === 'B') base64 = true;
    else head += named({ name, values });
  }
  if (base64) return `${head};ENCODING=BASE64:${block(value)}\r\n`;
  if (PLAIN.test(value)) return `${head}:${value}\r\n`;
  const text = value.replace(/\r\n?/g, '\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for
  const ascii = /^[\x00-\x7f]*$/.test(text);
  const charset = ascii || encodeText(text, wanted) === undefined ? 'UTF-8' : wanted;
  head += `${ascii ? '' : `;CHARSET=${charset}`};ENCODING=QUOTED-PRINTABLE:`;
  return `${head}${encodeQuotedPrintable(text, charset, head.length)}\r\n`;
}

/** vCard 2.1 section 2.1.4: lines of their own, and an empty one to end them. */
function block(base64: string): string {
  let text = '';
  for (let at = 0; at < base64.length; at += BLOCK) text += `\r\n ${base64.slice(at, at + BLOCK)}`;
  return `${text}\r\n`;
}
