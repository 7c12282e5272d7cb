import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { CradleError } from '../../../../src/dbus/errors.js';
import { decodeDocument, encodeDocument, recognise } from '../../../../src/plugins/syncml/codec/codec.js';
import type { Element, Encoding } from '../../../../src/plugins/syncml/codec/document.js';
import { LIMITS } from '../../../../src/plugins/syncml/codec/limits.js';
import { runProgram } from '../../../support/program.js';
import { corpus } from './corpus.js';
import { HOSTILE_DOCUMENTS } from './hostile-documents.js';
import { isElement, messageWith, syncml } from './trees.js';

const encodings = fc.constantFrom<Encoding>('xml', 'wbxml');

/** Reads what may be anything: either it is a tree within the limits, or it is refused as an item that is none. */
function attempt(
  bytes: Buffer,
  encoding: Encoding,
  limits?: { readonly elements: number; readonly depth: number },
): void {
  let root: Element;
  try {
    recognise(bytes);
    root = decodeDocument(bytes, encoding, limits === undefined ? {} : { limits }).root;
  } catch (error) {
    assert(error instanceof CradleError, String(error instanceof Error ? error.stack : error));
    assert(error.code === 'InvalidItem' || error.code === 'LimitsExceeded', error.code);
    assert(error.message.length < 400 && /^[\x20-\x7e]*$/.test(error.message), error.message);
    return;
  }
  const { elements, deepest } = measured(root);
  assert(elements <= (limits ?? LIMITS).elements && deepest <= (limits ?? LIMITS).depth);
  // What was read can be written: in WBXML always.
  encodeDocument(root, 'wbxml', '1.2');
}

function measured(root: Element): { readonly elements: number; readonly deepest: number } {
  const inside = root.children.filter(isElement).map(measured);
  return {
    elements: 1 + inside.reduce((sum, { elements }) => sum + elements, 0),
    deepest: 1 + Math.max(0, ...inside.map(({ deepest }) => deepest)),
  };
}

/** Small messages of each kind to begin with. */
const seeds = corpus()
  .filter(({ bytes }) => bytes.length < 8_000)
  .filter((_, index) => index % 5 === 0);

const changes = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom('set', 'insert', 'remove', 'repeat'),
    octets: fc.uint8Array({ minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 8 },
);

test('a message of the corpus that was tampered with is a tree or an error with a name', () => {
  fc.assert(
    fc.property(fc.constantFrom(...seeds), changes, ({ bytes, encoding }, made) => {
      let message = Buffer.from(bytes);
      for (const { at, kind, octets } of made) {
        const place = Math.floor(at * message.length);
        const taken = kind === 'insert' ? 0 : octets.length;
        const put = kind === 'remove' ? [] : kind === 'repeat' ? message.subarray(place, place + 200) : octets;
        message = Buffer.concat([message.subarray(0, place), Buffer.from(put), message.subarray(place + taken)]);
      }
      attempt(message, encoding);
    }),
    { numRuns: 4_000 },
  );
});

test('a message that is cut anywhere is an error, in each encoding', () => {
  const message = messageWith('BEGIN:VCARD\r\nEND:VCARD\r\n');
  for (const encoding of ['xml', 'wbxml'] as const) {
    const bytes = encodeDocument(message, encoding, '1.0');
    for (let length = 0; length < bytes.length; length++)
      assert.throws(
        () => decodeDocument(bytes.subarray(0, length), encoding),
        { code: 'InvalidItem' },
        `${encoding} ${length}`,
      );
  }
});

test('octets that are nothing are a tree or an error with a name', () => {
  const header = fc.constantFrom(
    Buffer.alloc(0),
    Buffer.of(0x02, 0xa4, 0x01, 0x6a, 0x00),
    Buffer.of(0x03, 0x9f, 0x53, 0x6a, 0x03, 0x61, 0x00, 0x62, 0x6d),
    Buffer.from('<SyncML xmlns="SYNCML:SYNCML1.2"><Data>'),
    Buffer.from('<!DOCTYPE SyncML ['),
  );
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 300 }), encodings, (head, tail, encoding) =>
      attempt(Buffer.concat([head, tail]), encoding),
    ),
    { numRuns: 6_000 },
  );
});

test('tokens in any order are a tree or an error with a name', () => {
  const token = fc.oneof(
    fc.constantFrom([0x6d], [0x4f], [0x01], [0x01], [0x03, 0x61, 0], [0x00, 0x01], [0x00, 0x00], [0x53], [0x45]),
    fc.constantFrom(
      [0xc3, 0x02, 0x61, 0x62],
      [0x83, 0x00],
      [0x02, 0x41],
      [0x44, 0x00],
      [0xcf, 0x01],
      [0x43, 0x05, 0x01],
    ),
    fc.constantFrom(
      [0xc3, 0x8f, 0xff, 0xff, 0xff, 0x7f],
      [0x83, 0xff, 0x7f],
      [0xc3, 0x05, 0x02, 0xa4, 0x03, 0x6a, 0x00],
    ),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), (tokens) =>
      attempt(Buffer.from([0x02, 0xa4, 0x01, 0x6a, 0x02, 0x41, 0x00, 0x6d, ...tokens.flat()]), 'wbxml', {
        elements: 20,
        depth: 6,
      }),
    ),
    { numRuns: 5_000 },
  );
});

test('markup in any order is a tree or an error with a name', () => {
  const piece = fc.constantFrom(
    ...[
      '<SyncML>',
      '</SyncML>',
      '<Data>',
      '</Data>',
      '<a/>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?x',
      '?>',
      '\r\n',
      '&lt;',
    ],
    ...[
      '&#xD;',
      '&#0;',
      '&x;',
      '"',
      "'",
      '<',
      '>',
      '<DevInf xmlns="syncml:devinf">',
      '</DevInf>',
      'é',
      '\x7f',
      '<!DOCTYPE x [',
      ']>',
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) =>
      attempt(Buffer.from(`<SyncML>${pieces.join('')}</SyncML>`), 'xml', { elements: 20, depth: 6 }),
    ),
    { numRuns: 5_000 },
  );
});

test('the limits hold to the element, and say what was too much', () => {
  const deep = syncml('SyncML', syncml('SyncBody', syncml('Sync', syncml('CmdID', '1'))));
  for (const encoding of ['xml', 'wbxml'] as const) {
    const bytes = encodeDocument(deep, encoding, '1.2');
    const read = (limits: Partial<typeof LIMITS>): Element => decodeDocument(bytes, encoding, { limits }).root;
    assert.equal(read({ depth: 4, elements: encoding === 'xml' ? 5 : 4, bytes: bytes.length }).name, 'SyncML');
    const exceeded = (limits: Partial<typeof LIMITS>, message: RegExp): void =>
      assert.throws(() => read(limits), { code: 'LimitsExceeded', message });
    exceeded({ depth: 3 }, /more than 3 elements inside one another/);
    exceeded({ elements: 3 }, /more than the 3 elements allowed/);
    exceeded({ bytes: bytes.length - 1 }, /octets, more than the/);
  }
});

test('the most costly documents there are are read or refused within the memory that is promised', async (t) => {
  const program = fileURLToPath(new URL('hostile-reading.js', import.meta.url));
  // Half a gigabyte for the program as a whole, with the document and the garbage.
  const words = ['--max-old-space-size=320', '--max-semi-space-size=16', program];
  const { code, output, complaints } = await runProgram(t, process.execPath, words, { env: {} });
  assert.equal(code, 0, complaints.slice(-2_000));
  const ends = output.trim().split('\n');
  assert.equal(ends.length, HOSTILE_DOCUMENTS.length);
  for (const refused of ['a million empty elements', 'octets in pieces', 'attributes'])
    assert(ends.includes(`${refused}: LimitsExceeded`), output);
  for (const refused of ['one long string, many times', 'a long string from each place', 'elements inside one another'])
    assert(ends.includes(`${refused}: LimitsExceeded`), output);
  for (const refused of ['a document type', 'a document type that does not end', 'a name'])
    assert(ends.includes(`${refused}: InvalidItem`), output);
});
