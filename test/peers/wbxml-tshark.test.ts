import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { decodeDocument, encodeDocument } from '../../src/plugins/syncml/codec/codec.js';
import type { Element } from '../../src/plugins/syncml/codec/document.js';
import { MESSAGE_TYPES } from '../../src/plugins/syncml/codec/media-types.js';
import { corpus } from '../plugins/syncml/codec/corpus.js';
import { messages } from '../plugins/syncml/codec/messages.js';
import { isElement } from '../plugins/syncml/codec/trees.js';
import { runProgram } from '../support/program.js';
import { temporaryFolder } from '../support/tmp.js';
import { capture } from './capture.js';

/** What tshark makes of HTTP requests with these bodies: its lines on WBXML, one list a request. */
async function dissected(t: TestContext, bodies: readonly Buffer[]): Promise<readonly (readonly string[])[]> {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'requests.pcap');
  const requests = bodies.map((body) =>
    Buffer.concat([
      Buffer.from(
        `POST /syncml HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${MESSAGE_TYPES.wbxml}\r\n` +
          `Content-Length: ${body.length}\r\n\r\n`,
      ),
      body,
    ]),
  );
  await writeFile(file, capture(requests));
  const words = ['-n', '-r', file, '-d', 'tcp.port==80,http', '-Y', 'wbxml', '-O', 'wbxml', '-S', '=== frame'];
  const env = { HOME: folder, PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' };
  const { code, output, complaints } = await runProgram(t, 'tshark', words, { env });
  assert.equal(code, 0, complaints);
  return output
    .split('=== frame')
    .map((frame) => frame.split('\n').map((line) => line.trim()))
    .filter((lines) => lines.some((line) => line.startsWith('WAP Binary XML')));
}

/** The names of the tags that begin, in their order, as tshark renders them in its last column. */
const tagsIn = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => / <([A-Za-z][\w-]*)(?: \/)?>$/.exec(line)?.[1] ?? []);

/** The same of a tree; what is opaque in WBXML, tshark does not look into. */
const tagsOf = (root: Element): readonly string[] =>
  root.vocabulary === 'devinf' ? [] : [root.name, ...root.children.filter(isElement).flatMap(tagsOf)];

function isThere(t: TestContext): boolean {
  if (existsSync('/usr/bin/tshark')) return true;
  t.skip('tshark is not installed');
  return false;
}

test('tshark takes the bodies that we write apart into the same tags, without a complaint', async (t) => {
  if (!isThere(t)) return;
  const roots = [
    ...corpus('xml')
      .filter(({ name }) => name.includes('-1.2/'))
      .filter((_, index) => index % 8 === 0)
      .map(({ bytes }) => decodeDocument(bytes, 'xml').root),
    ...fc.sample(messages, { numRuns: 30, seed: 7 }),
  ];
  for (const version of ['1.1', '1.2'] as const) {
    const frames = await dissected(
      t,
      roots.map((root) => encodeDocument(root, 'wbxml', version)),
    );
    assert.equal(frames.length, roots.length);
    for (const [index, lines] of frames.entries()) {
      const root = roots[index];
      assert(root !== undefined);
      assert(lines.some((line) => line.includes(`-//SYNCML//DTD SyncML ${version}//EN`)));
      assert.deepEqual(tagsIn(lines), tagsOf(root));
      assert.doesNotMatch(lines.join('\n'), /malformed|unknown|invalid|expert/i);
    }
  }
});

test('tshark finds the public identifier of 1.0 in the string table, and the tags by their numbers', async (t) => {
  if (!isThere(t)) return;
  const [message] = fc.sample(messages, { numRuns: 1, seed: 7 });
  assert(message !== undefined);
  const [lines = []] = await dissected(t, [encodeDocument(message, 'wbxml', '1.0')]);
  assert(lines.includes('String table: 29 bytes'));
  assert(lines.some((line) => line.includes('-//SYNCML//DTD SyncML 1.0//EN')));
  const numbers = lines.flatMap((line) => /<Tag_0x(\w\w)(?: \/)?>$/.exec(line)?.[1] ?? []);
  assert.equal(numbers.length, tagsOf(message).length);
  assert.deepEqual(numbers.slice(0, 3), ['2D', '2C', '25']);
});
