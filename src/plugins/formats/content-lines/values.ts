import { type Property, parameterOf } from './component.js';
import { type Dialect, isVersit } from './dialect.js';

/** A value as a person reads it: the dialect's escapes taken out. */
export function textOf(property: Property, dialect: Dialect): string {
  return unescaped(property.value, isVersit(dialect));
}

/** A structured value (N, ADR, ORG, GEO): its fields, escapes taken out. Commas are text. */
export function fieldsOf(property: Property, dialect: Dialect): readonly string[] {
  const versit = isVersit(dialect);
  return separated(property.value, ';').map((field) => unescaped(field, versit));
}

/** A value that is a list (CATEGORIES, NICKNAME). vCalendar 1.0 has `;` between them, all others `,`. */
export function listOf(property: Property, dialect: Dialect): readonly string[] {
  const versit = isVersit(dialect);
  const between = dialect === 'vcalendar-1.0' ? ';' : ',';
  return separated(property.value, between).map((one) => unescaped(one, versit));
}

/** The fields of a structured value, each a list of its own (N and ADR of vCard 3.0 and 4.0). */
export function fieldListsOf(property: Property, dialect: Dialect): readonly (readonly string[])[] {
  const versit = isVersit(dialect);
  return separated(property.value, ';').map((field) => separated(field, ',').map((one) => unescaped(one, versit)));
}

/** The octets of a base64 value or a data: URI; undefined when it is neither. */
export function octetsOf(property: Property): Uint8Array | undefined {
  if (parameterOf(property, 'ENCODING')[0] === 'B') return Buffer.from(property.value, 'base64');
  const found = /^data:([^,]*),/i.exec(property.value);
  if (found === null) return undefined;
  const rest = property.value.slice(found[0].length);
  if (/;base64$/i.test(found[1] ?? '')) return Buffer.from(rest, 'base64');
  return Buffer.from(
    rest.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16))),
    'latin1',
  );
}

/** One text as a value; line breaks are `\n`. What is a field or a member of a list is for joined and listed. */
export function escaped(text: string, dialect: Dialect): string {
  if (isVersit(dialect)) return versitEscaped(text);
  return /[\\;,\r\n]/.test(text) ? text.replace(/[\\;,]|\r\n?|\n/g, (one) => (one < ' ' ? '\\n' : `\\${one}`)) : text;
}

/** A field of a structured value. */
const escapedField = (text: string, dialect: Dialect): string =>
  isVersit(dialect) ? versitEscaped(text).replaceAll(';', '\\;') : escaped(text, dialect);

/** Fields as a structured value. */
export const joined = (fields: readonly string[], dialect: Dialect): string =>
  fields.map((field) => escapedField(field, dialect)).join(';');

/** Values as a list. */
export function listed(values: readonly string[], dialect: Dialect): string {
  if (dialect === 'vcalendar-1.0') return values.map((one) => escapedField(one, dialect)).join(';');
  if (!isVersit(dialect)) return values.map((one) => escaped(one, dialect)).join(',');
  return values.map((one) => escapedField(one, dialect).replaceAll(',', '\\,')).join(',');
}

/**
 * vCard 2.1 section 2.1.3 knows `\;` alone, and phones show other backslashes as they are. So a backslash of the text
 * is doubled only where it would be taken for an escape, and a semicolon has one only where it would separate fields.
 */
const versitEscaped = (text: string): string => (text.includes('\\') ? text.replace(/\\(?=[\\;,:]|$)/g, '\\\\') : text);

function unescaped(value: string, versit: boolean): string {
  if (!value.includes('\\')) return value;
  if (versit) return value.replace(/\\([\\;,:])/g, '$1');
  return value.replace(/\\([\\;,:nN])/g, (_, one: string) => (one === 'n' || one === 'N' ? '\n' : one));
}

/** At each separator that no backslash stands before. */
function separated(value: string, separator: string): readonly string[] {
  if (!value.includes('\\')) return value.split(separator);
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === separator) {
      parts.push(value.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(value.slice(from));
  return parts;
}
