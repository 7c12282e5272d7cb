import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeDocument } from '../../../../src/plugins/syncml/codec/codec.js';
import { writeDeviceInformation } from '../../../../src/plugins/syncml/devinf/device-information-writer.js';
import { Scale } from '../../../../src/plugins/syncml/dialogue/scale.js';
import type { Command, Header, Item } from '../../../../src/plugins/syncml/message/message.js';
import { writeMessage } from '../../../../src/plugins/syncml/message/message-tree.js';
import { informationOf } from './pair.js';
import { alert, sync } from './raw.js';

const header: Header = {
  version: '1.2',
  sessionId: '65535',
  messageId: 12,
  target: { uri: 'http://server.example/syncml?session=abcdef&x=1' },
  source: { uri: 'client-1', name: 'alice' },
  respUri: 'http://server.example/a',
  credentials: { scheme: 'md5', format: 'b64', token: new Uint8Array(16) },
  meta: { maxMsgSize: 100_000, maxObjSize: 1_000_000 },
};

const text = fc
  .oneof(fc.string({ maxLength: 60 }), fc.constantFrom('', '&<>\r\n', 'ö😀'.repeat(20), 'x'.repeat(500)))
  .map((one) => one.replaceAll(/[^\t\n\r\x20-\ud7ff]/gu, '?'));
const data = fc.oneof(
  text,
  text.map((one) => new Uint8Array(Buffer.from(one))),
);
const item: fc.Arbitrary<Item> = fc.record({ uri: text, data }).map(({ uri, data }) => ({ source: { uri }, data }));
const command: fc.Arbitrary<Command> = fc.oneof(
  fc
    .array(item, { maxLength: 3 })
    .map(
      (items): Command => sync([{ kind: 'Add', id: '9', meta: { type: 'text/vcard' }, items }], { numberOfChanges: 3 }),
    ),
  fc.record({ uri: text, code: fc.integer({ min: 100, max: 599 }) }).map(
    ({ uri, code }): Command => ({
      kind: 'Status',
      id: '3',
      messageRef: '1',
      commandRef: '2',
      command: 'Add',
      targetRefs: [uri],
      sourceRefs: [uri],
      code,
      items: [],
    }),
  ),
  fc.constant<Command>(alert(201, {}, 'last')),
  fc.constant<Command>({
    kind: 'Put',
    id: '4',
    meta: { type: 'x' },
    items: [{ source: { uri: './devinf12' }, data: writeDeviceInformation(informationOf('d'), '1.2') }],
  }),
);

for (const encoding of ['wbxml', 'xml'] as const)
  test(`what is weighed in ${encoding} is never longer when it is encoded, and not much shorter`, () => {
    const scale = new Scale(encoding, '1.2');
    fc.assert(
      fc.property(fc.array(command, { maxLength: 6 }), (commands) => {
        const weighed = commands.reduce((sum, one) => sum + scale.command(one), scale.envelope(header));
        const { length } = encodeDocument(writeMessage({ header, commands, final: true }), encoding, '1.2');
        assert(length <= weighed, `${length} octets were weighed as ${weighed}`);
        assert(weighed <= length * 1.3 + 120, `${length} octets were weighed as ${weighed}`);
      }),
      { numRuns: 300 },
    );
  });
