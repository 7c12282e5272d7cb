import type { Parameter } from './component.js';

/** What stands before the colon of a content line. */
export interface Head {
  readonly group: string;
  readonly name: string;
  readonly spelling: string;
  /** Without CHARSET and the text encodings; ENCODING=B where the value is base64. */
  readonly parameters: readonly Parameter[];
  readonly encoding: 'text' | 'quoted-printable' | 'base64';
  /** Empty when none is named. */
  readonly charset: string;
}

const BARE_ENCODINGS = new Set(['QUOTED-PRINTABLE', 'BASE64', '8BIT', '7BIT', 'B', 'Q']);
const BARE_VALUES = new Set(['URL', 'URI', 'INLINE', 'CONTENT-ID', 'CID']);
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_/-]*$/;

/** Where the value begins, one past the colon that no quotes hide; 0 when there is none. */
export function valueStart(line: string): number {
  const colon = line.indexOf(':');
  const quote = line.indexOf('"');
  if (colon < 0 || quote < 0 || quote > colon) return colon + 1;
  let quoted = false;
  for (let at = quote; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x22) quoted = !quoted;
    else if (code === 0x3a && !quoted) return at + 1;
  }
  // A quote that nobody closed hides nothing.
  return colon + 1;
}

/** A few hundred heads make up all cards of a phone: each is read once. Bounded, as devices choose what is in it. */
const known = new Map<string, Head>();
const MOST_KNOWN = 2048;
const LONGEST_KNOWN = 128;

/** Undefined for what is no head, or has more parameters than `most`. */
export function readHead(text: string, most: number): Head | undefined {
  const seen = known.get(text);
  if (seen !== undefined) return seen;
  const head = parse(text, most);
  if (head !== undefined && text.length <= LONGEST_KNOWN) {
    if (known.size >= MOST_KNOWN) known.clear();
    // A copy, as a slice would keep the whole text it was cut from alive.
    known.set(Buffer.from(text).toString(), head);
  }
  return head;
}

function parse(text: string, most: number): Head | undefined {
  const [path = '', ...rest] = split(text, ';');
  if (rest.length > most) return undefined;
  const dot = path.lastIndexOf('.');
  const spelling = path.slice(dot + 1).trim();
  if (!NAME.test(spelling)) return undefined;
  const parameters = new Map<string, string[]>();
  for (const one of rest) {
    const equals = one.indexOf('=');
    const [name, values] =
      equals < 0
        ? bare(one)
        : [one.slice(0, equals).trim().toUpperCase(), split(one.slice(equals + 1), ',').map(plain)];
    const before = parameters.get(name);
    if (values.length > most) return undefined;
    if (name === '') continue;
    if (before === undefined) parameters.set(name, values);
    else before.push(...values);
  }
  const encoding = parameters.get('ENCODING')?.[0]?.toUpperCase();
  const charset = parameters.get('CHARSET')?.[0] ?? '';
  parameters.delete('CHARSET');
  const base64 = encoding === 'B' || encoding === 'BASE64';
  if (base64) parameters.set('ENCODING', ['B']);
  else if (encoding !== undefined && BARE_ENCODINGS.has(encoding)) parameters.delete('ENCODING');
  return {
    group: dot < 0 ? '' : path.slice(0, dot).trim(),
    name: spelling.toUpperCase(),
    spelling,
    parameters: [...parameters].map(([name, values]) => ({ name, values })),
    encoding: base64 ? 'base64' : encoding === 'QUOTED-PRINTABLE' || encoding === 'Q' ? 'quoted-printable' : 'text',
    charset,
  };
}

/** `;CELL` of vCard 2.1 section 2.1.2: which parameter it is tells the value. */
function bare(text: string): readonly [string, string[]] {
  const value = plain(text);
  const upper = value.toUpperCase();
  if (value === '') return ['', []];
  return [BARE_ENCODINGS.has(upper) ? 'ENCODING' : BARE_VALUES.has(upper) ? 'VALUE' : 'TYPE', [value]];
}

/** Whether a type may stand without its name. */
export const isBareType = (type: string): boolean => /^[A-Za-z0-9-]+$/.test(type) && bare(type)[0] === 'TYPE';

/** A parameter's value without its quotes and the escapes of RFC 6868. */
function plain(text: string): string {
  const trimmed = text.trim();
  const bareText =
    trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed;
  if (!bareText.includes('^')) return bareText;
  return bareText.replace(/\^([n^'])/g, (_, one: string) => (one === 'n' ? '\n' : one === "'" ? '"' : '^'));
}

/** At each separator that no quotes hide. */
function split(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === separator && !quoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
