import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDocument, encodeDocument } from '../../../../src/plugins/syncml/codec/codec.js';
import type { Command, Message } from '../../../../src/plugins/syncml/message/message.js';
import { readMessage, writeMessage } from '../../../../src/plugins/syncml/message/message-tree.js';
import { corpus } from '../codec/corpus.js';

const commandsOf = (commands: readonly Command[]): readonly Command[] =>
  commands.flatMap((command) => ('commands' in command ? [command, ...commandsOf(command.commands)] : [command]));

const messages = corpus().map(({ name, bytes, encoding }) => {
  const document = decodeDocument(bytes, encoding);
  return { name, bytes, encoding, document, message: readMessage(document) };
});

const named = (name: string): Message => {
  const found = messages.find((one) => one.name === name);
  assert(found !== undefined, name);
  return found.message;
};

test('nothing that a real peer says is faulty', () => {
  for (const { name, message } of messages)
    for (const command of commandsOf(message.commands)) assert.notEqual(command.kind, 'Faulty', name);
});

test('each message of the corpus is written again as the very tree that its peer wrote', () => {
  for (const { name, document, message } of messages) assert.deepEqual(writeMessage(message), document.root, name);
});

test('messages of the corpus read the same after they went through the other encoding', () => {
  // The first ones are mostly device information, which the codec's tests see through.
  for (const { name, encoding, message } of messages.filter((one) => !/001-...\./.test(one.name))) {
    const other = encoding === 'xml' ? 'wbxml' : 'xml';
    const { version } = message.header;
    const back = decodeDocument(encodeDocument(writeMessage(message), other, version), other);
    assert.deepEqual(textual(readMessage(back)), textual(message), name);
  }
});

/** Octets of WBXML are text in XML. */
function textual(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(textual);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, textual(one)]));
}

test('a first message of WBXML 1.0 has its digest as sixteen raw octets', () => {
  const { credentials } = named('01-slow3-wbxml-1.0/s1-001-c2s.wbxml').header;
  assert.equal(credentials?.scheme, 'md5');
  assert.equal(credentials.format, undefined);
  assert.equal(credentials.token.length, 16);
});

test('a first message of 1.2 tells its version, its ids, its credentials and its limits', () => {
  const { header, commands, final } = named('01-slow3-xml-1.2/s1-001-c2s.xml');
  assert.deepEqual(header, {
    version: '1.2',
    sessionId: '5',
    messageId: 1,
    target: { uri: 'http://127.0.0.1:19801/syncevolution' },
    source: { uri: 'sc-pim-client-1', name: 'alice' },
    credentials: {
      scheme: 'md5',
      format: 'b64',
      token: new Uint8Array(Buffer.from('lOnT4YjHnGPOubN9TXInoQ==', 'base64')),
    },
    meta: { maxMsgSize: 150000, maxObjSize: 4000000 },
  });
  assert.deepEqual(
    commands.map(({ kind, id }) => [kind, id]),
    [
      ['Put', '1'],
      ['Get', '2'],
      ['Alert', '3'],
    ],
  );
  const [, , alert] = commands;
  assert(alert?.kind === 'Alert');
  assert.equal(alert.code, 201);
  assert.deepEqual(alert.items[0]?.meta?.anchor, { next: '20261121T083736Z' });
  assert.equal(final, true);
});

test('a nonce comes as octets', () => {
  const [status] = named('04-auth-md5-xml-1.2/s3-001-s2c.xml').commands;
  assert(status?.kind === 'Status');
  assert.equal(status.code, 401);
  assert.deepEqual(status.challenge, {
    scheme: 'md5',
    format: 'b64',
    nextNonce: new Uint8Array(Buffer.from('ZFFZM!!!')),
  });
});

test('the Adds of a Sync stand in it, with their cards', () => {
  const sync = named('01-slow3-xml-1.2/s1-002-c2s.xml').commands.find(({ kind }) => kind === 'Sync');
  assert(sync?.kind === 'Sync');
  assert.deepEqual(
    sync.commands.map(({ kind }) => kind),
    ['Add', 'Add', 'Add'],
  );
  const [add] = sync.commands;
  assert(add?.kind === 'Add');
  assert.equal(add.meta?.type, 'text/vcard');
  assert.equal(add.items[0]?.source?.uri, 'c0');
  assert.match(String(add.items[0]?.data), /^BEGIN:VCARD\r\nVERSION:3\.0\r\n/);
});
