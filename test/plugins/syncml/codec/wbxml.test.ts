import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDocument, encodeDocument } from '../../../../src/plugins/syncml/codec/codec.js';
import type { Document, Node } from '../../../../src/plugins/syncml/codec/document.js';
import { contentOf, devinf, element, itemOf, messageWith, metinf, syncml } from './trees.js';

const UTF8 = 0x6a;
const SYNCML_1_2 = [0x02, 0xa4, 0x01, UTF8];
/** SyncML and Data, each with content. */
const OPEN = [0x6d, 0x4f];
const CLOSE = [0x01, 0x01];

type Part = number | string | readonly Part[];

const octets = (...parts: readonly Part[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'number'
        ? Buffer.of(part)
        : typeof part === 'string'
          ? Buffer.from(part, 'latin1')
          : octets(...part),
    ),
  );

const read = (...parts: readonly Part[]): Document => decodeDocument(octets(...parts), 'wbxml');

/** What the Data of a document is read as that has this between its tags. */
const dataOf = (...content: readonly Part[]): readonly Node[] =>
  contentOf(read(SYNCML_1_2, 0, OPEN, content, CLOSE).root, 'Data');

const broken = (pattern: RegExp, ...parts: readonly Part[]): void =>
  assert.throws(() => read(...parts), { code: 'InvalidItem', message: pattern });

test('every way of writing text is read, and pieces of it are one text', () => {
  assert.deepEqual(dataOf(0x03, 'inline\0'), ['inline']);
  assert.deepEqual(dataOf(0x03, 'a\0', 0x02, 0xa9, 0x00, 0x03, 'b\0', 0x02, 0x87, 0xec, 0x00), ['a\u1480b\u{1f600}']);
  assert.deepEqual(dataOf(0xc3, 3, 'abc'), [Buffer.from('abc')]);
  assert.deepEqual(dataOf(0x03, '\0'), []);
  assert.deepEqual(dataOf(0xc3, 0), []);
  const table = octets('one\0two');
  const { root } = read(SYNCML_1_2, table.length, [...table], OPEN, 0x83, 0, 0x03, '-\0', 0x83, 4, 0x83, 5, CLOSE);
  assert.deepEqual(contentOf(root, 'Data'), ['one-twowo']);
});

test('a public identifier counts as a number, as a string of the table, and where there is none', () => {
  const ids: readonly (readonly [number, string, string | undefined, string])[] = [
    [0x0fd1, '-//SYNCML//DTD SyncML 1.0//EN', '1.0', 'SyncML'],
    [0x0fd3, '-//SYNCML//DTD SyncML 1.1//EN', '1.1', 'SyncML'],
    [0x1201, '-//SYNCML//DTD SyncML 1.2//EN', '1.2', 'SyncML'],
    [0x0fd2, '-//SYNCML//DTD DevInf 1.0//EN', '1.0', 'DevInf'],
    [0x0fd4, '-//SYNCML//DTD DevInf 1.1//EN', '1.1', 'DevInf'],
    [0x1203, '-//SYNCML//DTD DevInf 1.2//EN', '1.2', 'DevInf'],
  ];
  for (const [number, text, version, root] of ids) {
    const tag = root === 'SyncML' ? 0x2d : 0x0a;
    for (const start of [
      [0x02, 0x80 | (number >> 7), number & 0x7f, UTF8, 0],
      [0x01, 0, 0, UTF8, text.length, text],
      [0x03, 0, 2, UTF8, text.length + 3, 'x\0', text, 0],
    ]) {
      const document = read(start, tag);
      assert.deepEqual([document.version, document.root.name], [version, root], text);
    }
  }
  assert.deepEqual(read(0x02, 1, UTF8, 0, 0x2d), {
    encoding: 'wbxml',
    version: undefined,
    root: syncml('SyncML'),
  });
});

test('what has no name here is named in the error', () => {
  broken(/octet 1: 0xfd7 is no public identifier known here/, 0x02, 0x9f, 0x57, UTF8, 0, 0x2d);
  broken(/"-\/\/O\/\/DTD\?" is no public identifier/, 0x02, 0, 0, UTF8, 10, '-//O//DTD\x07');
  broken(/octet 0: 0x00 is no version of WBXML/, 0x00, 0xa4, 0x01, UTF8, 0, 0x2d);
  broken(/octet 0: 0x04 is no version of WBXML/, 0x04, 0xa4, 0x01, UTF8, 0, 0x2d);
  broken(/charset is number 999, which is not known/, 0x02, 0xa4, 0x01, 0x87, 0x67, 0, 0x2d);
  broken(/octet 6: token 0x7d is not known on code page 0 of SyncML 1\.2/, SYNCML_1_2, 0, 0x6d, 0x7d, 1, 1);
  broken(/token 0x30 is not known on code page 0/, SYNCML_1_2, 0, 0x6d, 0x30, 1);
  broken(/SyncML 1\.2 has no code page 2/, SYNCML_1_2, 0, 0x6d, 0x00, 0x02, 0x05, 1);
  broken(/DevInf 1\.2 has no code page 1/, 0x02, 0xa4, 0x03, UTF8, 0, 0x4a, 0, 1, 0x05, 1);
  broken(/extension 0xc0 has no meaning/, SYNCML_1_2, 0, OPEN, 0xc0, CLOSE);
  broken(/extension 0x41 has no meaning/, SYNCML_1_2, 0, OPEN, 0x41, 'x\0', CLOSE);
});

test('a document that ends too early or goes on too long says at which octet', () => {
  broken(/octet 0: it ends in the middle/);
  broken(/octet 7: it ends in the middle/, SYNCML_1_2, 0, OPEN);
  broken(/octet 8: a string there does not end/, SYNCML_1_2, 0, OPEN, 0x03, 'abc');
  broken(/octet 9: 5 octets are announced, and 2 are there/, SYNCML_1_2, 0, OPEN, 0xc3, 5, 'ab');
  broken(/string 9 is beyond the end of the string table of 4/, SYNCML_1_2, 4, 'abc\0', OPEN, 0x83, 9, CLOSE);
  broken(/octet 8: a number there has more than 32 bits/, SYNCML_1_2, 0, OPEN, 0xc3, 0x90, 0x80, 0x80, 0x80, 0x00);
  broken(/a number there has more than 32 bits/, SYNCML_1_2, 0, OPEN, 0xc3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
  broken(/octet 5: an element ends that has not begun/, SYNCML_1_2, 0, 0x01);
  broken(/octet 5: there is content outside of the document/, SYNCML_1_2, 0, 0x03, 'x\0', 0x2d);
  broken(/octet 6: 2 octets follow the end/, SYNCML_1_2, 0, 0x2d, 0x2d, 0x2d);
  broken(/0xd800 is no character/, SYNCML_1_2, 0, OPEN, 0x02, 0x83, 0xb0, 0x00, CLOSE);
  assert.equal(read(SYNCML_1_2, 0, 0x2d, 0, 0, 0).root.name, 'SyncML');
});

test('literal names are those of the string table, and go back into it', () => {
  const { root } = read(SYNCML_1_2, 9, 'X-Vendor\0', 0x6d, 0x44, 0, 0x03, 'v\0', 1, 0x04, 0, 1);
  assert.deepEqual(root, syncml('SyncML', syncml('X-Vendor', 'v'), syncml('X-Vendor')));
  for (const version of ['1.0', '1.2'] as const)
    assert.deepEqual(decodeDocument(encodeDocument(root, 'wbxml', version), 'wbxml').root, root);
  broken(/"a b" is no name of an element/, SYNCML_1_2, 4, 'a b\0', 0x6d, 0x04, 0, 1);
});

test('attributes and instructions, which SyncML has none of, are passed over', () => {
  const attributes = [0x05, 0x85, 0x03, 'v\0', 0x04, 0, 0x83, 0, 0x02, 0x20, 0xc3, 2, 'ab', 0x40, 'e\0', 0x80, 1, 0xc0];
  const { root } = read(
    SYNCML_1_2,
    2,
    'a\0',
    0x43,
    0x05,
    1,
    0xed,
    attributes,
    1,
    0xcf,
    0x06,
    1,
    0x03,
    'x\0',
    1,
    0x8f,
    1,
    1,
  );
  assert.deepEqual(root, syncml('SyncML', syncml('Data', 'x'), syncml('Data')));
});

test('text is read in the charset that the document declares', () => {
  const inCharset = (mib: number, ...text: readonly Part[]): readonly Node[] =>
    contentOf(read(0x03, 0xa4, 0x01, 0x80 | (mib >> 7), mib & 0x7f, 0, OPEN, 0x03, text, CLOSE).root, 'Data');
  assert.deepEqual(inCharset(4, 'Nov\xe1k\0'), ['Novák']);
  assert.deepEqual(inCharset(5, '\xb9\0'), ['š']);
  assert.deepEqual(inCharset(17, '\x93\xfa\0'), ['日']);
  assert.deepEqual(inCharset(2252, '\x80\0'), ['€']);
  assert.deepEqual(inCharset(1000, '\0a\x65\xe5\0\0'), ['a日']);
  assert.deepEqual(inCharset(1014, 'a\0\xe5\x65\0\0'), ['a日']);
});

test('a text that is not in the declared charset stays the octets that it is', () => {
  assert.deepEqual(dataOf(0x03, 'FN;CHARSET=ISO-8859-1:Nov\xe1k\0'), [
    Buffer.from('FN;CHARSET=ISO-8859-1:Novák', 'latin1'),
  ]);
  assert.deepEqual(dataOf(0x03, Buffer.from('\ufffd').toString('latin1'), 0), ['\ufffd']);
});

test('device information as opaque data is an element, and octets where it is broken', () => {
  const document = octets(0x02, 0xa4, 0x03, UTF8, 0, 0x4a, 0x55, 0x03, '6021\0', 1, 0x1c, 1);
  assert.deepEqual(dataOf(0xc3, document.length, [...document]), [
    devinf('DevInf', devinf('Mod', '6021'), devinf('MaxSize')),
  ]);
  const cut = document.subarray(0, 9);
  assert.deepEqual(dataOf(0xc3, cut.length, [...cut]), [cut]);
  const spelled = octets(0x02, 0, 0, UTF8, 29, '-//SYNCML//DTD DevInf 1.1//EN', 0x4a, 0x5c, 0x03, '9\0', 1, 1);
  assert.deepEqual(dataOf(0xc3, spelled.length, [...spelled]), [devinf('DevInf', devinf('Size', '9'))]);
  const message = octets(SYNCML_1_2, 0, 0x2d);
  assert.deepEqual(dataOf(0xc3, message.length, [...message]), [message], 'a message inside a message is just octets');
});

test('what is written begins as real peers begin it, with the page of the root', () => {
  const root = syncml('SyncML', syncml('Meta', metinf('Type', 'a')), syncml('Final'));
  const rest = [0x6d, 0x5a, 0x00, 0x01, 0x53, 0x03, 'a\0', 0x01, 0x01, 0x00, 0x00, 0x12, 0x01];
  assert.deepEqual(encodeDocument(root, 'wbxml', '1.2'), octets(0x02, 0xa4, 0x01, UTF8, 0, rest));
  assert.deepEqual(encodeDocument(root, 'wbxml', '1.1'), octets(0x02, 0x9f, 0x53, UTF8, 0, rest));
  const spelled = octets(0x02, 0, 0, UTF8, 29, '-//SYNCML//DTD SyncML 1.0//EN', rest);
  assert.deepEqual(encodeDocument(root, 'wbxml', '1.0'), spelled);
});

test('octets are opaque, text is inline, and text with a zero is opaque', () => {
  const written = (data: Node): Buffer => encodeDocument(syncml('SyncML', syncml('Data', data)), 'wbxml', '1.2');
  assert.deepEqual(written('Novák'), octets(SYNCML_1_2, 0, OPEN, 0x03, 'Nov\xc3\xa1k\0', CLOSE));
  assert.deepEqual(written(Buffer.from('ab')), octets(SYNCML_1_2, 0, OPEN, 0xc3, 2, 'ab', CLOSE));
  assert.deepEqual(written('a\0b'), octets(SYNCML_1_2, 0, OPEN, 0xc3, 3, 'a\0b', CLOSE));
  const long = Buffer.alloc(300_000, 'x');
  assert.deepEqual(written(long), octets(SYNCML_1_2, 0, OPEN, 0xc3, 0x92, 0xa7, 0x60, long.toString(), CLOSE));
  assert.deepEqual(
    decodeDocument(written(long.toString()), 'wbxml').root,
    syncml('SyncML', syncml('Data', long.toString())),
  );
});

test('device information is a document of its own inside the message, in its version', () => {
  for (const [version, id] of [
    ['1.1', [0x9f, 0x54]],
    ['1.2', [0xa4, 0x03]],
  ] as const) {
    const bytes = encodeDocument(messageWith(devinf('DevInf', devinf('UTC')), version), 'wbxml', version);
    const nested = octets(0x02, ...id, UTF8, 0, 0x4a, 0x28, 0x01);
    assert(bytes.includes(octets(0x4f, 0xc3, nested.length, [...nested], 0x01)), version);
    assert.deepEqual(itemOf(decodeDocument(bytes, 'wbxml').root), [devinf('DevInf', devinf('UTC'))]);
  }
  const alone = encodeDocument(devinf('DevInf', devinf('MaxSize', '1')), 'wbxml', '1.2');
  assert.deepEqual(alone, octets(0x02, 0xa4, 0x03, UTF8, 0, 0x4a, 0x5c, 0x03, '1\0', 1, 1));
});

test('nothing begins with an element of Meta, and what nobody could read is not written', () => {
  assert.throws(() => encodeDocument(metinf('Type', 'a'), 'wbxml', '1.2'), {
    code: 'InvalidItem',
    message: 'no document begins with Type of metinf',
  });
  let deep = element('syncml', 'Atomic');
  for (let depth = 0; depth < 300; depth++) deep = syncml('Atomic', deep);
  for (const encoding of ['xml', 'wbxml'] as const)
    assert.throws(() => encodeDocument(syncml('SyncML', deep), encoding, '1.2'), { code: 'InvalidItem' });
});
