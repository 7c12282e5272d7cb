import type { Encoding } from '../../../../src/plugins/syncml/codec/document.js';
import { LIMITS } from '../../../../src/plugins/syncml/codec/limits.js';

/** A document made to cost as much as it can for its size, which is all that is allowed. */
export interface HostileDocument {
  readonly name: string;
  readonly encoding: Encoding;
  readonly make: () => Buffer;
}

const HEADER = [0x02, 0xa4, 0x01, 0x6a];
const ROOM = LIMITS.bytes - 100;

const filled = (unit: string, room = ROOM): Buffer => {
  const octets = Buffer.from(unit);
  return Buffer.alloc(Math.floor(room / octets.length) * octets.length, octets);
};

const inWbxml = (name: string, open: readonly number[], unit: readonly number[]): HostileDocument => ({
  name,
  encoding: 'wbxml',
  make: () =>
    Buffer.concat([
      Buffer.from([...HEADER, 0, ...open]),
      Buffer.alloc(Math.floor(ROOM / unit.length) * unit.length, Buffer.from(unit)),
      Buffer.alloc(open.length, 1),
    ]),
});

const inXml = (name: string, begin: string, unit: string, end: string): HostileDocument => ({
  name,
  encoding: 'xml',
  make: () => Buffer.concat([Buffer.from(begin), filled(unit), Buffer.from(end)]),
});

/** A string table of which the document makes as much as it can. */
function references(offset: (index: number) => readonly number[]): Buffer {
  const size = 0x10_0000;
  const table = Buffer.alloc(size, 'a');
  const found = Buffer.concat(Array.from({ length: 100_000 }, (_, index) => Buffer.from([0x83, ...offset(index)])));
  return Buffer.concat([
    Buffer.from([...HEADER, 0xc0, 0x80, 0x00, 0x6d, 0x4f].slice(0, 7)),
    table,
    Buffer.of(0x6d, 0x4f),
    found,
    Buffer.of(1, 1),
  ]);
}

const TEXT = [0x6d, 0x4f];

export const HOSTILE_DOCUMENTS: readonly HostileDocument[] = [
  inWbxml('a million empty elements', [0x6d], [0x05]),
  inWbxml('a million elements inside one another', [0x6d], [0x45]),
  inWbxml('a text of entities', TEXT, [0x02, 0x41]),
  inWbxml('a text of pieces', TEXT, [0x03, 0x61, 0x00]),
  inWbxml('octets in pieces', TEXT, [0xc3, 0x01, 0x61]),
  inWbxml('elements with octets', [0x6d], [0x4f, 0xc3, 0x01, 0x61, 0x01]),
  { name: 'one long string, many times', encoding: 'wbxml', make: () => references(() => [0]) },
  {
    name: 'a long string from each place',
    encoding: 'wbxml',
    make: () => references((index) => [0x80 | (index >> 14), 0x80 | ((index >> 7) & 0x7f), index & 0x7f]),
  },
  inXml('empty elements', '<SyncML>', '<a/>', '</SyncML>'),
  inXml('elements and carriage returns', '<SyncML>', '\r<a/>', '</SyncML>'),
  inXml('elements inside one another', '', '<SyncML>', ''),
  inXml('references', '<SyncML><Data>', '&lt;', '</Data></SyncML>'),
  inXml('wide characters and references', '<SyncML><Data>', '日&lt;', '</Data></SyncML>'),
  inXml('carriage returns', '<SyncML><Data>', '\r', '</Data></SyncML>'),
  inXml('sections', '<SyncML><Data>', '<![CDATA[a]]>', '</Data></SyncML>'),
  inXml('comments', '<SyncML><Data>', 'a<!---->', '</Data></SyncML>'),
  inXml('a document type', '<!DOCTYPE SyncML [', '<!ENTITY a "&a;&a;">', ']><SyncML>&a;</SyncML>'),
  inXml('a document type that does not end', '<!DOCTYPE ', '["', ''),
  inXml('a name', '<SyncML><', 'a', ''),
  inXml('tags that do not end', '<SyncML>', '\r<', ''),
  inXml('a reference that does not end', '<SyncML>&', 'a', ''),
  {
    name: 'attributes',
    encoding: 'xml',
    make: () =>
      Buffer.from(`<SyncML ${Array.from({ length: 700_000 }, (_, at) => `a${at.toString(36)}=""`).join(' ')}/>`),
  },
];
