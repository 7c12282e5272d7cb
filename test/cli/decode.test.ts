import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeDocument, encodeDocument } from '../../src/plugins/syncml/codec/codec.js';
import type { Element } from '../../src/plugins/syncml/codec/document.js';
import { retyped } from '../../src/plugins/syncml/codec/retyped.js';
import { corpus } from '../plugins/syncml/codec/corpus.js';
import { asText, messageWith } from '../plugins/syncml/codec/trees.js';
import { temporaryFolder } from '../support/tmp.js';
import { type CliOptions, cli, type Said } from './desk.js';

const decode = (words: readonly string[], options?: CliOptions): Promise<Said> =>
  cli('unix:path=/nonexistent', ['decode', ...words], options);

/** libsynthesis wrote it: two datastores, from "syncd". */
const NOTIFICATION =
  '19c54a796670f0612db9480c183182dc032800000012340573796e6364206000000708636f6e7461637473800000060363616c';

const withLineFeeds = (root: Element): Element => ({
  ...root,
  children: root.children.map((node) => {
    if (typeof node === 'string') return node.replaceAll(/\r\n?/g, '\n');
    return node instanceof Uint8Array ? node : withLineFeeds(node);
  }),
});

test('each file of the corpus is printed as well-formed XML that says the same, and converted', async (t) => {
  const output = join(await temporaryFolder(t), 'output');
  for (const { name, path, bytes, encoding } of corpus()) {
    const { root, version = '1.2' } = decodeDocument(bytes, encoding);
    const { code, out, notes } = await decode([path]);
    assert.deepEqual([code, notes], [0, ''], name);
    assert.match(out, new RegExp(`^<\\?xml version="1\\.0" encoding="UTF-8"\\?>\n<!-- SyncML ${version} in `));
    const printed = decodeDocument(Buffer.from(out), 'xml');
    assert.equal(printed.version, version);
    const isDigest = out.includes('<!-- 16 octets in base64 -->');
    if (!isDigest) assert.deepEqual(printed.root, withLineFeeds(asText(root)), name);

    const other = encoding === 'xml' ? 'wbxml' : 'xml';
    const converted = await decode([path, '--to', other, '--output', output]);
    if (isDigest) {
      assert.equal(converted.code, 1);
      assert.match(converted.notes, /s1-001-c2s\.wbxml: Data has 16 octets that are no text, which XML cannot carry/);
      continue;
    }
    assert.deepEqual(converted, { code: 0, out: '', notes: '' }, name);
    const back = decodeDocument(await readFile(output), other);
    assert.deepEqual(asText(back.root), retyped(asText(root), other), name);
  }
});

test('a message is printed for people: indented, cards in lines, what is no text in base64', async (t) => {
  const path = join(await temporaryFolder(t), 'message');
  const print = async (root: Element): Promise<string> => {
    await writeFile(path, encodeDocument(root, 'wbxml', '1.2'));
    return (await decode([path])).out;
  };
  const card = await print(messageWith('BEGIN:VCARD\r\nN:a<b>]]>\r\nEND:VCARD\r\n'));
  assert.match(card, /^<!-- SyncML 1\.2 in WBXML, \d+ octets -->$/m);
  assert(
    card.includes(`      <Item>
        <Source>
          <LocURI>4</LocURI>
        </Source>
        <Data><![CDATA[BEGIN:VCARD
N:a<b>]]]]><![CDATA[>
END:VCARD
]]></Data>
      </Item>
    </Add>
    <Final/>
  </SyncBody>
</SyncML>
`),
    card,
  );
  assert((await print(messageWith(Buffer.of(0xff, 0xfe)))).includes('<Data><!-- 2 octets in base64 -->//4=</Data>'));
  assert((await print(messageWith('a & \x1b[31mb\x07'))).includes('<Data>a &amp; \ufffd[31mb\ufffd</Data>'));
  await writeFile(path, encodeDocument(messageWith('\u009b31m\u202e\tred'), 'wbxml', '1.2'));
  assert((await decode([path], { columns: 80 })).out.includes('<Data>\ufffd31m\ufffd\tred</Data>'));
});

test('a notification of OMA DS 1.2 is told from a message and printed', async () => {
  const input = (): Readable => Readable.from([Buffer.from(NOTIFICATION, 'hex')]);
  const { code, out } = await decode(['-'], { input: input() });
  assert.equal(code, 0);
  assert.match(out, /<!-- a server alerted notification, 51 octets -->/);
  assert.match(out, /^ {4}<server-identifier>syncd<\/server-identifier>$/m);
  assert.match(out, /<server-URI>contacts<\/server-URI>[\s\S]*<server-URI>cal<\/server-URI>/);
  assert.doesNotMatch(out, /xmlns/);
  const { code: refused, notes } = await decode(['-', '--to', 'wbxml', '-o', '/nonexistent'], { input: input() });
  assert.equal(refused, 1);
  assert.match(notes, /standard input: a notification of OMA DS 1\.2 has an encoding of its own/);
});

test('a notification that begins like WBXML or XML is one all the same', async () => {
  for (const first of ['02', '3c']) {
    const octets = Buffer.from(first + NOTIFICATION.slice(2), 'hex');
    const { out } = await decode(['-'], { input: Readable.from([octets]) });
    assert.match(out, /a server alerted notification/);
  }
});

test('a broken file is refused with its name and the place', async (t) => {
  const folder = await temporaryFolder(t);
  const refused = async (name: string, octets: Buffer, reason: RegExp): Promise<void> => {
    const path = join(folder, name);
    await writeFile(path, octets);
    const { code, out, notes } = await decode([path]);
    assert.deepEqual([code, out], [1, ''], name);
    assert.match(notes, reason);
    assert(notes.includes(`${name}: `));
  };
  const message = encodeDocument(messageWith('card'), 'wbxml', '1.2');
  await refused('cut', message.subarray(0, 60), /the WBXML document is broken at octet 60: it ends in the middle/);
  await refused('open', Buffer.from('<SyncML>\n<a>'), /the XML document is broken at 2:3: unclosed tag: a/);
  await refused('image', Buffer.from('GIF89a'), /it is neither XML nor WBXML nor a notification/);
  await refused('empty', Buffer.alloc(0), /it is neither XML nor WBXML nor a notification/);
  await refused('other', Buffer.from('<html/>'), /no document begins with "html"/);
});

test('a file that is not there, and an encoding that is none, are errors of the line', async () => {
  for (const [words, reason] of [
    [['/nonexistent/file'], /\/nonexistent\/file cannot be read: ENOENT/],
    [[], /FILE is missing/],
    [['-', '--to', 'json'], /--to is one of xml, wbxml, not "json"/],
  ] as const) {
    const { code, notes } = await decode(words);
    assert.equal(code, 2);
    assert.match(notes, reason);
  }
  const { code, notes } = await decode(['-', '--to', 'wbxml'], { columns: 80 });
  assert.equal(code, 2);
  assert.match(notes, /WBXML is nothing for a terminal/);
});

test('--json tells the tree', async () => {
  const input = Readable.from([encodeDocument(messageWith(Buffer.of(0xff)), 'wbxml', '1.1')]);
  const { out } = await decode(['-', '--json'], { input });
  const told: unknown = JSON.parse(out);
  assert(typeof told === 'object' && told !== null && 'version' in told && 'encoding' in told && 'kind' in told);
  assert.deepEqual([told.kind, told.encoding, told.version], ['document', 'wbxml', '1.1']);
  assert.match(out, /"base64": "\/w=="/);
});

test('the program writes WBXML to its standard output octet by octet', async (t) => {
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'decode', '-', '--to=wbxml'], {
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const message = messageWith('Novák\r\n');
  child.stdin.end(encodeDocument(message, 'xml', '1.2'));
  const [octets] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
  assert.deepEqual(octets, encodeDocument(message, 'wbxml', '1.2'));
});
