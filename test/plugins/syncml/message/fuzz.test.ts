import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../../src/dbus/errors.js';
import { decodeDocument } from '../../../../src/plugins/syncml/codec/codec.js';
import type { Element } from '../../../../src/plugins/syncml/codec/document.js';
import type { Command, Item, Message, Meta } from '../../../../src/plugins/syncml/message/message.js';
import { readMessage, writeMessage } from '../../../../src/plugins/syncml/message/message-tree.js';
import { corpus } from '../codec/corpus.js';
import { documents, isElement } from '../codec/trees.js';
import { documentOf, HEADER } from './messages.js';
import { mutants } from './mutants.js';

/** One of each kind of message is enough to go wrong from. */
const roots = corpus()
  .filter(({ name }) => /^(?:01|02|04|08).*s[123]-00[12]-/.test(name))
  .map(({ bytes, encoding }) => withoutDetails(decodeDocument(bytes, encoding).root));

/** Device information is long, and no matter of the message. */
function withoutDetails(root: Element): Element {
  const children = root.name === 'DevInf' ? [] : root.children;
  return { ...root, children: children.map((node) => (isElement(node) ? withoutDetails(node) : node)) };
}

const readOrRefuse = (work: () => Message): Message | undefined => {
  try {
    return work();
  } catch (error) {
    assert(error instanceof CradleError, String(error));
    assert.equal(error.code, 'InvalidItem');
    assert(error.message.length < 300, error.message);
    return undefined;
  }
};

const canBeSent = (command: Command): boolean =>
  command.kind !== 'Faulty' &&
  command.kind !== 'Exec' &&
  command.kind !== 'Search' &&
  (!('commands' in command) || command.commands.every(canBeSent));

test('whatever goes wrong in a real message, it is read or refused by name, and what was read can be said again', () => {
  fc.assert(
    fc.property(mutants(roots), (root) => {
      const message = readOrRefuse(() => readMessage(documentOf(root)));
      if (message === undefined || message.header.refusal !== undefined) return;
      const sendable = { ...message, commands: message.commands.filter(canBeSent) };
      const { version } = message.header;
      let written: ReturnType<typeof writeMessage>;
      try {
        written = writeMessage(sendable);
      } catch (error) {
        assert(error instanceof CradleError && error.code === 'Unsupported', String(error));
        return;
      }
      const again = readMessage(documentOf(written, version));
      assert.deepEqual(readMessage(documentOf(writeMessage(again), version)), again);
    }),
    { numRuns: 1500 },
  );
});

test('trees of any shape are read or refused', () => {
  fc.assert(
    fc.property(documents({ binary: true, literals: true }), (root) => {
      readOrRefuse(() => readMessage(documentOf(root)));
    }),
    { numRuns: 500 },
  );
});

const name = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `n${text.trim()}`);
const id = fc.integer({ min: 1, max: 99_999 }).map(String);
const octets = fc.uint8Array({ minLength: 1, maxLength: 30 });
const location = fc.record({ uri: name, name }, { requiredKeys: ['uri'] });
const number = fc.nat(2 ** 40);

const meta: fc.Arbitrary<Meta> = fc.record(
  {
    fieldLevel: fc.constant(true),
    type: name,
    format: fc.constantFrom('b64', 'chr'),
    mark: name,
    version: name,
    size: number,
    maxMsgSize: number,
    maxObjSize: number,
    anchor: fc.record({ last: name, next: name }, { requiredKeys: ['next'] }),
    nextNonce: octets,
    mem: fc.record({ shared: fc.boolean(), freeBytes: number, freeIds: number }),
    emi: fc.array(name, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const item: fc.Arbitrary<Item> = fc.record(
  {
    target: location,
    source: location,
    targetParent: name,
    sourceParent: name,
    meta,
    data: fc.oneof(
      octets,
      fc.string({ maxLength: 40 }).map((text) => `!${text}`),
    ),
    moreData: fc.constant(true),
  },
  { requiredKeys: [] },
);

const items = fc.array(item, { minLength: 1, maxLength: 3 });
const credentials = fc.record({
  scheme: fc.constantFrom('basic', 'md5', 'other:x'),
  format: fc.constant('b64'),
  token: octets,
});
const yes = fc.constant(true as const);

const change: fc.Arbitrary<Command> = fc.record(
  {
    kind: fc.constantFrom('Add', 'Replace', 'Delete', 'Copy', 'Move'),
    id,
    noResp: yes,
    meta,
    items,
    credentials,
    archive: yes,
    softDelete: yes,
  },
  { requiredKeys: ['kind', 'id', 'items'] },
);
const group: fc.Arbitrary<Command> = fc.record({
  kind: fc.constantFrom('Atomic', 'Sequence'),
  id,
  commands: fc.array(change, { maxLength: 3 }),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  change,
  group,
  fc.record(
    {
      kind: fc.constant('Sync'),
      id,
      target: location,
      source: location,
      meta,
      credentials,
      numberOfChanges: fc.nat(9999),
      commands: fc.array(fc.oneof(change, group), { maxLength: 4 }),
    },
    { requiredKeys: ['kind', 'id', 'commands'] },
  ),
  fc.record(
    { kind: fc.constant('Alert'), id, credentials, code: fc.integer({ min: 100, max: 999 }), correlator: name, items },
    { requiredKeys: ['kind', 'id', 'code', 'items'] },
  ),
  fc.record(
    { kind: fc.constantFrom('Put', 'Get'), id, noResp: yes, meta, credentials, items },
    { requiredKeys: ['kind', 'id', 'items'] },
  ),
  fc.record(
    { kind: fc.constant('Results'), id, messageRef: id, commandRef: id, meta, targetRef: name, sourceRef: name, items },
    { requiredKeys: ['kind', 'id', 'commandRef', 'items'] },
  ),
  fc.record(
    {
      kind: fc.constant('Status'),
      id,
      messageRef: id,
      commandRef: id,
      command: name,
      targetRefs: fc.array(name, { maxLength: 2 }),
      sourceRefs: fc.array(name, { maxLength: 2 }),
      credentials,
      challenge: fc.record({
        scheme: fc.constantFrom('basic', 'md5', 'hmac'),
        format: fc.constant('b64'),
        nextNonce: octets,
      }),
      code: fc.integer({ min: 100, max: 599 }),
      items,
    },
    {
      requiredKeys: ['kind', 'id', 'messageRef', 'commandRef', 'command', 'targetRefs', 'sourceRefs', 'code', 'items'],
    },
  ),
  fc.record({
    kind: fc.constant('Map'),
    id,
    target: location,
    source: location,
    items: fc.array(fc.record({ target: name, source: name }), { minLength: 1, maxLength: 4 }),
  }),
);

test('any message of 1.2 that can be said is read as it was said', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 5 }), fc.boolean(), (commands, final) => {
      const message: Message = { header: HEADER, commands, final };
      assert.deepEqual(plain(readMessage(documentOf(writeMessage(message)))), plain(message));
    }),
    { numRuns: 300 },
  );
});

/** fast-check's records have no prototype. */
const plain = (message: Message): unknown => structuredClone(message);
