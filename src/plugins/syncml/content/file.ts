import { SaxesParser } from 'saxes';
import { CradleError } from '../../../dbus/errors.js';
import { likenessOf } from '../../formats/likeness.js';
import type { Content } from '../dialogue/conversation.js';
import type { Enriched, Form, Outbound, Put } from './form.js';
import { kinOf } from './kinship.js';
import type { Plain, Versions } from './plain.js';

export const FILE = 'application/vnd.omads-file+xml';

/** Elements of a File that are read; the others say nothing we could keep. */
const FIELDS = ['name', 'modified', 'cttype', 'body'] as const;
type Field = (typeof FIELDS)[number];

/** Files with names and dates: OMA-TS-DS-DataObjFile 1.2. */
export class FileForm implements Form {
  readonly contentTypes = ['*'];

  read({ bytes }: Content): Plain {
    const { fields, encoding } = parse(Buffer.from(bytes).toString());
    const name = fields.get('name');
    if (name === undefined || name === '') throw new CradleError('InvalidItem', 'the file has no name');
    const modified = instantOf(fields.get('modified') ?? '');
    const text = fields.get('body') ?? '';
    const body = Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8');
    const type = fields.get('cttype')?.trim() || 'application/octet-stream';
    return {
      type,
      body,
      likeness: likeness(name, body),
      summary: name,
      name,
      kin: kinOf({ name }),
      ...(modified === undefined ? {} : { modified }),
    };
  }

  write({ type, body, summary, name = summary, modified }: Put): Outbound {
    if (FORBIDDEN.test(name))
      throw new CradleError('InvalidItem', 'the name of the file has characters no XML can carry');
    const date = modified === undefined ? '' : `<modified>${dateText(modified)}</modified>`;
    const text = `<?xml version="1.0" encoding="UTF-8"?><File><name>${escaped(name)}</name>${date}<cttype>${escaped(type)}</cttype><body enc="base64">${Buffer.from(body).toString('base64')}</body><size>${body.byteLength}</size></File>`;
    return {
      content: { type: FILE, bytes: Buffer.from(text) },
      held: { body, likeness: likeness(name, body) },
      kin: kinOf({ name }),
    };
  }

  enrich(_known: Versions, now: Plain): Enriched {
    return now;
  }
}

/** Two files of one content are two files. */
const likeness = (name: string, body: Uint8Array): string =>
  likenessOf('', Buffer.concat([Buffer.from(`${name}\0`), body]));

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0, section 2.2, names them
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
  '\t': '&#9;',
  '\n': '&#10;',
};
const escaped = (text: string): string => text.replace(/[&<>\r\t\n]/g, (char) => ENTITIES[char] ?? char);

function parse(text: string): { readonly fields: ReadonlyMap<Field, string>; readonly encoding: string } {
  const fields = new Map<Field, string>();
  const open: string[] = [];
  let encoding = '';
  const parser = new SaxesParser({ xmlns: false });
  const add = (piece: string): void => {
    const field = FIELDS.find((one) => one === open[1]);
    if (field !== undefined && open.length === 2) fields.set(field, (fields.get(field) ?? '') + piece);
  };
  parser.on('error', (error) => {
    throw new CradleError('InvalidItem', `the file is no XML: ${error.message}`, { cause: error });
  });
  parser.on('doctype', () => {
    throw new CradleError('InvalidItem', 'the file declares entities of its own');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= 8) throw new CradleError('InvalidItem', 'the file is nested too deeply');
    open.push(name.toLowerCase());
    if (open.length === 2 && open[1] === 'body') encoding = String(attributes.enc ?? '').toLowerCase();
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.on('text', add);
  parser.on('cdata', add);
  parser.write(text).close();
  return { fields, encoding };
}

/** `20060102T150405Z`. */
const dateText = (modified: bigint): string =>
  new Date(Number(modified / 1000n)).toISOString().replace(/[-:]|\.\d+/g, '');

function instantOf(text: string): bigint | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$/.exec(text.trim());
  if (found === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  return BigInt(Date.UTC(year, month - 1, day, hour, minute, second)) * 1000n;
}
