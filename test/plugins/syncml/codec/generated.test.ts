import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { carries } from '../../../../src/plugins/syncml/codec/carries.js';
import { decodeDocument, encodeDocument, recognise } from '../../../../src/plugins/syncml/codec/codec.js';
import { type asText, cardText, documents, itemOf, messageWith, versions } from './trees.js';

test('whatever is written in WBXML is read back as it was', () => {
  fc.assert(
    fc.property(documents({ binary: true, literals: true }), versions, (root, version) => {
      const bytes = encodeDocument(root, 'wbxml', version);
      assert.equal(recognise(bytes), 'wbxml');
      const back = decodeDocument(bytes, 'wbxml');
      assert.deepEqual(octetsAlike(back.root), octetsAlike(root));
      assert.equal(back.version, version);
    }),
    { numRuns: 300 },
  );
});

test('whatever is written in XML is read back as it was, line ends and markup and all', () => {
  fc.assert(
    fc.property(documents({ literals: true }), versions, (root, version) => {
      const bytes = encodeDocument(root, 'xml', version);
      assert.equal(recognise(bytes), 'xml');
      const back = decodeDocument(bytes, 'xml');
      assert.deepEqual(back.root, root);
      assert.equal(back.version, version);
    }),
    { numRuns: 300 },
  );
});

test('both encodings give the same tree, and each is made of the other', () => {
  fc.assert(
    fc.property(documents({ literals: true, text: cardText }), versions, (root, version) => {
      const inWbxml = decodeDocument(encodeDocument(root, 'wbxml', version), 'wbxml');
      const inXml = decodeDocument(encodeDocument(inWbxml.root, 'xml', version), 'xml');
      assert.deepEqual(inXml.root, inWbxml.root);
      assert(encodeDocument(inXml.root, 'wbxml', version).equals(encodeDocument(root, 'wbxml', version)));
    }),
    { numRuns: 150 },
  );
});

test('an encoding carries what it says that it carries, and refuses the rest', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.uint8Array({ minLength: 4 }).filter(([first = 0]) => first > 3),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom('xml' as const, 'wbxml' as const), (content, encoding) => {
      const message = messageWith(content);
      if (!carries(encoding, content)) {
        assert.throws(() => encodeDocument(message, encoding, '1.2'), { code: 'InvalidItem' });
        return;
      }
      const back = itemOf(decodeDocument(encodeDocument(message, encoding, '1.2'), encoding).root);
      assert.deepEqual(
        Buffer.concat(back.map((node) => (typeof node === 'string' ? Buffer.from(node) : toOctets(node)))),
        Buffer.from(content),
      );
    }),
    { numRuns: 400 },
  );
});

const toOctets = (node: unknown): Buffer => {
  assert(node instanceof Uint8Array);
  return Buffer.from(node);
};

/** Octets compare by what they are, not by the class that holds them. */
const octetsAlike = (root: Parameters<typeof asText>[0]): unknown => ({
  ...root,
  children: root.children.map((node) =>
    typeof node === 'string' ? node : node instanceof Uint8Array ? { octets: [...node] } : octetsAlike(node),
  ),
});
