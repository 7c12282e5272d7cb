import assert from 'node:assert/strict';
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
import { HORDE_SCRIPTS, hordeMissing, PHP_WORDS } from './support/horde-server.js';

const skip = hordeMissing;

interface Sample {
  readonly name: string;
  readonly root: Element;
  readonly version: Version;
}

/** What Horde's decoder makes of our WBXML, one document each, in their order. */
async function decoded(t: TestContext, samples: readonly Sample[]): Promise<readonly Element[]> {
  const folder = await temporaryFolder(t);
  for (const [at, { root, version }] of samples.entries())
    await writeFile(join(folder, `${at}.wbxml`), encodeDocument(root, 'wbxml', version));
  const words = [...PHP_WORDS, join(HORDE_SCRIPTS, 'decode.php'), folder];
  const { code, complaints, output } = await runProgram(t, 'php', words, { env: { PATH: '/usr/bin:/bin' } });
  assert.equal(code, 0, complaints + output);
  return Promise.all(
    samples.map(async (_, at) => decodeDocument(await readFile(join(folder, `${at}.xml`)), 'xml').root),
  );
}

async function assertDecoded(t: TestContext, samples: readonly Sample[]): Promise<void> {
  const theirs = await decoded(t, samples);
  for (const [at, { name, root }] of samples.entries()) {
    const their = theirs[at];
    assert(their !== undefined);
    assert.deepEqual(asText(their), asText(root), name);
  }
}

test("Horde's decoder reads every message of the corpus as we write it in WBXML", { skip }, async (t) => {
  const samples = corpus()
    // A digest of SyncML 1.0 is octets, which it prints as they are.
    .filter(({ name }) => name !== '01-slow3-wbxml-1.0/s1-001-c2s.wbxml')
    .map(({ name, bytes, encoding }): Sample => {
      const { root, version = '1.2' } = decodeDocument(bytes, encoding);
      return { name, root: retyped(root, 'wbxml'), version };
    });
  assert(samples.length > 400, `${samples.length} messages`);
  await assertDecoded(t, samples);
});

test("Horde's decoder reads generated messages as we write them in WBXML", { skip }, async (t) => {
  const samples = fc
    .sample(fc.tuple(messages, versions), { numRuns: 200, seed: 42 })
    .map(([root, version], at): Sample => ({ name: `sample ${at}`, root, version }));
  await assertDecoded(t, samples);
});

test("Horde's decoder reads a message of a thousand contacts", { skip }, async (t) => {
  const items = Array.from({ length: 1_000 }, (_, at) =>
    syncml('Item', syncml('Data', `BEGIN:VCARD\r\nN:Novák;${at}\r\nNOTE:😀 & <b>\r\nEND:VCARD\r\n`)),
  );
  const root = syncml('SyncML', syncml('SyncBody', syncml('Sync', syncml('Add', ...items))));
  await assertDecoded(t, [{ name: 'a thousand', root, version: '1.1' }]);
});
