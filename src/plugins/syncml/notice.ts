import { randomInt } from 'node:crypto';
import { contentNumber } from './alert/content-number.js';
import { notificationDigest } from './alert/digest.js';
import { notificationMessage } from './alert/legacy.js';
import { encodeNotification, NOTIFICATION_TYPE, type Notification } from './alert/notification.js';
import type { Packet } from './carrier/carrier.js';
import { encodeDocument } from './codec/codec.js';
import type { Encoding, Version } from './codec/document.js';
import { MESSAGE_TYPES } from './codec/media-types.js';
import { writeMessage } from './message/message-tree.js';

export interface Notice {
  readonly version: Version;
  readonly encoding: Encoding;
  readonly serverId: string;
  /** What the device calls itself; empty where it has not said yet. */
  readonly deviceUri: string;
  /** 206 to 210. */
  readonly code: number;
  readonly datastores: readonly { readonly uri: string; readonly type: string }[];
  /** What the device wants used in the digest next. */
  readonly nonce: Uint8Array;
}

/** The message that asks a device to sync with us: of OMA DS 1.2, or an alert of SyncML 1.0 and 1.1. */
export function noticePacket(notice: Notice): Packet {
  const { version, encoding, serverId, deviceUri, code, datastores, nonce } = notice;
  const notification: Notification = {
    version: version === '1.2' ? 12 : version === '1.1' ? 11 : 10,
    userInterface: 'informative',
    initiator: 'server',
    sessionId: randomInt(1, 0x10000),
    serverId,
    syncs: datastores.map(({ uri, type }) => ({ code, uri, contentType: contentNumber(type) })),
  };
  if (version === '1.2') {
    const digestOf = (signed: Uint8Array): Uint8Array =>
      notificationDigest(signed, { login: serverId, password: '', nonce });
    return { contentType: NOTIFICATION_TYPE, bytes: encodeNotification(notification, digestOf) };
  }
  const message = notificationMessage(notification, { version, uri: deviceUri === '' ? '/' : deviceUri });
  return { contentType: MESSAGE_TYPES[encoding], bytes: encodeDocument(writeMessage(message), encoding, version) };
}
