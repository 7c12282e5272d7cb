import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../../src/dbus/errors.js';
import { contentNumber, contentType } from '../../../../src/plugins/syncml/alert/content-number.js';
import { isGenuine, notificationDigest } from '../../../../src/plugins/syncml/alert/digest.js';
import { notificationMessage, readNotificationMessage } from '../../../../src/plugins/syncml/alert/legacy.js';
import {
  decodeNotification,
  encodeNotification,
  type Notification,
} from '../../../../src/plugins/syncml/alert/notification.js';
import { notificationTree } from '../../../../src/plugins/syncml/alert/notification-tree.js';
import { decodeDocument, encodeDocument } from '../../../../src/plugins/syncml/codec/codec.js';
import { readMessage, writeMessage } from '../../../../src/plugins/syncml/message/message-tree.js';
import { contentOf } from '../codec/trees.js';

/** Made by libsynthesis 3.4.0.47, which has also read it back and found its digest right. */
const GOLDEN = Buffer.from(
  '19c54a796670f0612db9480c183182dc032800000012340573796e6364206000000708636f6e7461637473800000060363616c',
  'hex',
);
const SECRET = { login: 'srv', password: 'secret', nonce: Buffer.from('nonce1') };
const NOTIFICATION: Notification = {
  version: 12,
  userInterface: 'informative',
  initiator: 'server',
  sessionId: 0x1234,
  serverId: 'syncd',
  syncs: [
    { code: 206, contentType: 7, uri: 'contacts' },
    { code: 208, contentType: 6, uri: 'cal' },
  ],
};
const encode = (notification: Notification): Uint8Array =>
  encodeNotification(notification, (signed) => notificationDigest(signed, SECRET));

test('a notification of 1.2 is the one that libsynthesis makes, octet by octet', () => {
  assert.deepEqual(encode(NOTIFICATION), GOLDEN);
  assert.deepEqual(decodeNotification(GOLDEN).notification, NOTIFICATION);
});

test('the digest of a notification holds for its secret and its octets alone', () => {
  assert(isGenuine(decodeNotification(GOLDEN), SECRET));
  assert(!isGenuine(decodeNotification(GOLDEN), { ...SECRET, password: 'Secret' }));
  assert(!isGenuine(decodeNotification(GOLDEN), { ...SECRET, nonce: Buffer.from('nonce2') }));
  for (let at = 0; at < GOLDEN.length; at += 1) {
    const changed = Buffer.from(GOLDEN);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    let received: ReturnType<typeof decodeNotification>;
    try {
      received = decodeNotification(changed);
    } catch {
      continue;
    }
    assert(!isGenuine(received, SECRET), `octet ${at}`);
  }
});

test('a notification that ends too early says within what', () => {
  for (let length = 0; length < GOLDEN.length; length += 1)
    assert.throws(
      () => decodeNotification(GOLDEN.subarray(0, length)),
      (error) => error instanceof CradleError && error.code === 'InvalidItem' && /ends within its/.test(error.message),
    );
});

test('any notification comes back as it went, whatever a maker adds to it', () => {
  const uri = fc.string({ unit: 'grapheme', maxLength: 30 });
  const notification: fc.Arbitrary<Notification> = fc.record(
    {
      version: fc.nat(1023),
      userInterface: fc.constantFrom('unspecified', 'background', 'informative', 'interactive'),
      initiator: fc.constantFrom('user', 'server'),
      sessionId: fc.nat(0xffff),
      serverId: uri,
      syncs: fc.array(fc.record({ code: fc.integer({ min: 206, max: 210 }), contentType: fc.nat(0xffffff), uri }), {
        maxLength: 15,
      }),
      vendor: fc.uint8Array({ minLength: 1, maxLength: 20 }),
    },
    { requiredKeys: ['version', 'userInterface', 'initiator', 'sessionId', 'serverId', 'syncs'] },
  );
  fc.assert(
    fc.property(notification, (one) => {
      const received = decodeNotification(encode(one));
      assert.deepEqual(received.notification, structuredClone(one));
      assert(isGenuine(received, SECRET));
    }),
  );
});

test('any octets are a notification or are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
      try {
        assert(decodeNotification(octets).notification.syncs.length <= 15);
      } catch (error) {
        assert(error instanceof CradleError && error.code === 'InvalidItem', String(error));
      }
    }),
  );
});

test('what does not fit into a notification is refused', () => {
  const refused = (one: Partial<Notification>): void => {
    assert.throws(() => encode({ ...NOTIFICATION, ...one }), { code: 'InvalidArgs' });
  };
  const sync = { code: 206, contentType: 0, uri: 'a' };
  refused({ sessionId: 0x10000 });
  refused({ serverId: 'ä'.repeat(128) });
  refused({ syncs: Array(16).fill(sync) });
  refused({ syncs: [{ ...sync, code: 199 }] });
  refused({ syncs: [{ ...sync, contentType: 0x1000000 }] });
  refused({ syncs: [{ ...sync, uri: 'x'.repeat(256) }] });
});

test('a notification can be printed', () => {
  const tree = notificationTree(decodeNotification(GOLDEN));
  assert.deepEqual(contentOf(tree, 'notification-hdr', 'version'), ['1.2']);
  assert.deepEqual(contentOf(tree, 'notification-hdr', 'server-identifier'), ['syncd']);
  assert.deepEqual(contentOf(tree, 'notification-body', 'sync', 'content-type'), ['text/x-vcard']);
});

test('media types without a number of their own have that of their elder', () => {
  assert.equal(contentNumber('TEXT/vcard'), contentNumber('text/x-vcard'));
  assert.equal(contentNumber('text/calendar'), 6);
  assert.equal(contentNumber('application/zip'), 0);
  assert.equal(contentType(3), 'text/plain');
  assert.equal(contentType(0), undefined);
});

test('a notification of 1.0 and 1.1 is a message with an Alert for each datastore, in either encoding', () => {
  for (const version of ['1.0', '1.1'] as const)
    for (const encoding of ['xml', 'wbxml'] as const) {
      const message = notificationMessage(NOTIFICATION, { version, uri: 'IMEI:1' });
      const bytes = encodeDocument(writeMessage(message), encoding, version);
      const received = readNotificationMessage(readMessage(decodeDocument(bytes, encoding)));
      assert.deepEqual(received, {
        ...NOTIFICATION,
        version: version === '1.0' ? 10 : 11,
        userInterface: 'unspecified',
      });
    }
});

test('a notification of everything names no datastore', () => {
  const message = notificationMessage({ ...NOTIFICATION, syncs: [] }, { version: '1.1', uri: 'IMEI:1' });
  assert.deepEqual(
    message.commands.map((command) => command.kind === 'Alert' && [command.code, command.items.length]),
    [[206, 0]],
  );
  assert.deepEqual(readNotificationMessage(message)?.syncs, []);
});

test('an ordinary first message is no notification', () => {
  const message = notificationMessage(NOTIFICATION, { version: '1.1', uri: 'IMEI:1' });
  const [first, ...others] = message.commands;
  assert(first?.kind === 'Alert');
  assert.equal(readNotificationMessage({ ...message, commands: [] }), undefined);
  assert.equal(readNotificationMessage({ ...message, commands: [{ ...first, code: 200 }, ...others] }), undefined);
});
