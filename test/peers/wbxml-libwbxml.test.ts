import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { decodeDocument, encodeDocument } from '../../src/plugins/syncml/codec/codec.js';
import type { Element, Version } from '../../src/plugins/syncml/codec/document.js';
import { retyped } from '../../src/plugins/syncml/codec/retyped.js';
import { corpus } from '../plugins/syncml/codec/corpus.js';
import { messages } from '../plugins/syncml/codec/messages.js';
import { asText, syncml, versions } from '../plugins/syncml/codec/trees.js';
import { runProgram } from '../support/program.js';
import { temporaryFolder } from '../support/tmp.js';

/** The programs of libwbxml2, which nobody here wrote. */
class Libwbxml {
  private constructor(
    private readonly t: TestContext,
    private readonly folder: string,
  ) {}

  /** Undefined, with the test skipped, where they are not installed. */
  static async open(t: TestContext): Promise<Libwbxml | undefined> {
    if (existsSync('/usr/bin/wbxml2xml') && existsSync('/usr/bin/xml2wbxml'))
      return new Libwbxml(t, await temporaryFolder(t));
    t.skip('libwbxml2-utils is not installed');
    return undefined;
  }

  toXml(wbxml: Buffer): Promise<Buffer> {
    return this.#converted('wbxml2xml', ['-k', '-m', '0'], wbxml);
  }

  /** Without a string table, which takes it minutes. */
  toWbxml(xml: Buffer): Promise<Buffer> {
    return this.#converted('xml2wbxml', ['-n', '-k'], xml);
  }

  async #converted(program: string, options: readonly string[], document: Buffer): Promise<Buffer> {
    const [from, to] = [join(this.folder, 'from'), join(this.folder, 'to')];
    await writeFile(from, document);
    await writeFile(to, '');
    const { complaints } = await runProgram(this.t, program, [...options, '-o', to, from], { env: {} });
    assert.match(complaints, /succeeded/);
    return readFile(to);
  }
}

/** It puts the content type of its own encoding where one of device information stands. */
const comparable = (root: Element): Element => retyped(asText(root), 'xml');

test('our tree is that of wbxml2xml, for each WBXML message of the corpus', async (t) => {
  const libwbxml = await Libwbxml.open(t);
  if (libwbxml === undefined) return;
  let compared = 0;
  for (const { name, bytes } of corpus('wbxml')) {
    const ours = decodeDocument(bytes, 'wbxml');
    // It prints the digest of SyncML 1.0 as it is, and then nobody can read it.
    if (name === '01-slow3-wbxml-1.0/s1-001-c2s.wbxml') continue;
    const theirs = decodeDocument(await libwbxml.toXml(bytes), 'xml');
    assert.deepEqual(comparable(theirs.root), comparable(ours.root), name);
    assert.equal(theirs.version, ours.version, name);
    compared++;
  }
  assert(compared > 100);
});

test('what we write in WBXML, wbxml2xml reads as what it is', async (t) => {
  const libwbxml = await Libwbxml.open(t);
  if (libwbxml === undefined) return;
  for (const { name, bytes } of corpus('xml').filter((_, index) => index % 4 === 0)) {
    const { root, version = '1.2' } = decodeDocument(bytes, 'xml');
    const theirs = decodeDocument(
      await libwbxml.toXml(encodeDocument(retyped(root, 'wbxml'), 'wbxml', version)),
      'xml',
    );
    assert.deepEqual(comparable(theirs.root), comparable(root), name);
  }
  for (const [root, version] of samples(40)) {
    const theirs = decodeDocument(await libwbxml.toXml(encodeDocument(root, 'wbxml', version)), 'xml');
    assert.deepEqual(comparable(theirs.root), comparable(root));
    assert.equal(theirs.version, version);
  }
});

test('what we write in XML, xml2wbxml turns into WBXML that we read as what it is', async (t) => {
  const libwbxml = await Libwbxml.open(t);
  if (libwbxml === undefined) return;
  for (const [root, version] of samples(40)) {
    const theirs = decodeDocument(await libwbxml.toWbxml(encodeDocument(root, 'xml', version)), 'wbxml');
    assert.deepEqual(withSingleReturns(theirs.root), root);
    assert.equal(theirs.version, version);
  }
});

test('a message of a thousand contacts goes through libwbxml2 both ways', async (t) => {
  const libwbxml = await Libwbxml.open(t);
  if (libwbxml === undefined) return;
  const items = Array.from({ length: 1_000 }, (_, at) =>
    syncml('Item', syncml('Data', `BEGIN:VCARD\r\nN:Novák;${at}\r\nEND:VCARD\r\n`)),
  );
  const root = syncml('SyncML', syncml('SyncBody', syncml('Sync', syncml('Add', ...items))));
  const inXml = await libwbxml.toXml(encodeDocument(root, 'wbxml', '1.1'));
  assert.deepEqual(decodeDocument(inXml, 'xml').root, root);
  const inWbxml = await libwbxml.toWbxml(encodeDocument(root, 'xml', '1.1'));
  assert.deepEqual(withSingleReturns(decodeDocument(inWbxml, 'wbxml').root), root);
});

/** It puts a carriage return before each line feed of a card, as it expects the parser of XML to have taken them. */
function withSingleReturns(root: Element): Element {
  const text = asText(root);
  return {
    ...text,
    children: text.children.map((node) => {
      if (typeof node === 'string') return node.replaceAll('\r\r\n', '\r\n');
      return node instanceof Uint8Array ? node : withSingleReturns(node);
    }),
  };
}

/** Generated documents, the same ones in each run. */
const samples = (count: number): readonly (readonly [Element, Version])[] =>
  fc.sample(fc.tuple(messages, versions), { numRuns: count, seed: 42 });
