import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDocument, encodeDocument, recognise } from '../../../../src/plugins/syncml/codec/codec.js';
import type { Version } from '../../../../src/plugins/syncml/codec/document.js';
import { corpus } from './corpus.js';
import { asText, contentOf, isElement } from './trees.js';

/** The one file whose octets are no text: the MD5 digest of SyncML 1.0 in WBXML. */
const WITH_DIGEST = '01-slow3-wbxml-1.0/s1-001-c2s.wbxml';

const versionIn = (name: string): Version => {
  const version = /-(1\.[012])\//.exec(name)?.[1];
  assert(version === '1.0' || version === '1.1' || version === '1.2', name);
  return version;
};

test('the corpus has each encoding in each version', () => {
  const kinds = new Set(corpus().map(({ name, encoding }) => `${encoding} ${versionIn(name)}`));
  assert.deepEqual([...kinds].sort(), ['wbxml 1.0', 'wbxml 1.1', 'wbxml 1.2', 'xml 1.0', 'xml 1.1', 'xml 1.2']);
  assert(corpus().length > 400);
});

test('each message of the corpus is recognised and read, in its version', () => {
  for (const { name, bytes, encoding } of corpus()) {
    assert.equal(recognise(bytes), encoding, name);
    const { root, version } = decodeDocument(bytes, encoding);
    assert.equal(version, versionIn(name), name);
    assert.equal(root.name, 'SyncML');
    assert.deepEqual(contentOf(root, 'SyncHdr', 'VerDTD'), [version], name);
  }
});

test('each WBXML message of the corpus is written again octet by octet as its peer wrote it', () => {
  for (const { name, bytes } of corpus('wbxml')) {
    const { root, version = '1.2' } = decodeDocument(bytes, 'wbxml');
    assert(encodeDocument(root, 'wbxml', version).equals(bytes), name);
  }
});

test('each message of the corpus is the same tree in the other encoding', () => {
  for (const { name, bytes, encoding } of corpus()) {
    if (name === WITH_DIGEST) continue;
    const { root, version = '1.2' } = decodeDocument(bytes, encoding);
    for (const other of ['xml', 'wbxml'] as const) {
      const back = decodeDocument(encodeDocument(root, other, version), other);
      assert.deepEqual(asText(back.root), asText(root), name);
      assert.equal(back.version, version, name);
    }
  }
});

test('device information in a Results is an element, in either encoding and each version', () => {
  for (const kind of ['wbxml-1.0', 'wbxml-1.1', 'wbxml-1.2', 'xml-1.0', 'xml-1.1', 'xml-1.2']) {
    const found = corpus().find(({ name }) => name.startsWith(`01-slow3-${kind}/s1-001-s2c`));
    assert(found !== undefined, kind);
    const { root } = decodeDocument(found.bytes, found.encoding);
    const [information] = contentOf(root, 'SyncBody', 'Results', 'Item', 'Data');
    assert(information !== undefined && isElement(information), kind);
    assert.equal(`${information.vocabulary} ${information.name}`, 'devinf DevInf');
    assert.deepEqual(contentOf(information, 'Mod'), ['SyncEvolution']);
  }
});

test('the digest that SyncML 1.0 sends in WBXML is sixteen octets, which XML refuses', () => {
  const found = corpus('wbxml').find(({ name }) => name === WITH_DIGEST);
  assert(found !== undefined);
  const { root } = decodeDocument(found.bytes, 'wbxml');
  const [digest] = contentOf(root, 'SyncHdr', 'Cred', 'Data');
  assert(digest instanceof Uint8Array);
  assert.equal(digest.length, 16);
  assert.throws(() => encodeDocument(root, 'xml', '1.0'), {
    code: 'InvalidItem',
    message: 'Data has 16 octets that are no text, which XML cannot carry',
  });
});
