import { CradleError } from '../../../dbus/errors.js';

/** Server alerted notification: what tells a client that it should sync, and with what. */
export interface Notification {
  /** Times ten: 12 is OMA DS 1.2. */
  readonly version: number;
  readonly userInterface: UserInterface;
  readonly initiator: 'user' | 'server';
  /** 0..65535; the session the client is asked to begin has it too. */
  readonly sessionId: number;
  /** How the client knows the server. */
  readonly serverId: string;
  /** Empty: with everything that the client syncs with this server. */
  readonly syncs: readonly NotifiedSync[];
  /** What follows, of a maker's own meaning. */
  readonly vendor?: Uint8Array;
}

/** How far the client may bother its user. */
export type UserInterface = 'unspecified' | 'background' | 'informative' | 'interactive';

export interface NotifiedSync {
  /** 206 two-way, 207 one-way from client, 208 refresh from client, 209 one-way from server, 210 refresh from server. */
  readonly code: number;
  /** A number of the WSP list of media types, 24 bits; 0 where none is meant. */
  readonly contentType: number;
  /** The server's datastore. */
  readonly uri: string;
}

/** A notification as it came in: `signed` is what its digest is of. */
export interface ReceivedNotification {
  readonly notification: Notification;
  readonly digest: Uint8Array;
  readonly signed: Uint8Array;
}

export const NOTIFICATION_TYPE = 'application/vnd.syncml.ds.notification';

const USER_INTERFACES: readonly UserInterface[] = ['unspecified', 'background', 'informative', 'interactive'];
const DIGEST_LENGTH = 16;
const HEADER_LENGTH = 8;
/** Before its URI: type and future use, three octets of media type, the length. */
const SYNC_LENGTH = 5;
const MOST_SYNCS = 15;
const FIRST_CODE = 200;

/**
 * The binary package 0 of OMA DS 1.2 (DS Protocol 1.2, section 12), whose first 16 octets are left to `digestOf`, which is
 * given the rest. Fails with InvalidArgs where something does not fit its field.
 */
export function encodeNotification(
  notification: Notification,
  digestOf: (signed: Uint8Array) => Uint8Array,
): Uint8Array {
  const { version, sessionId, syncs, vendor = new Uint8Array() } = notification;
  inField(version, 0x3ff, 'version');
  inField(sessionId, 0xffff, 'session id');
  inField(syncs.length, MOST_SYNCS, 'number of datastores');
  const userInterface = USER_INTERFACES.indexOf(notification.userInterface);
  const server = shortText(notification.serverId, 'server identifier');
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt16BE((version << 6) | (userInterface << 4) | (notification.initiator === 'server' ? 8 : 0), 0);
  header.writeUInt16BE(sessionId, 5);
  header.writeUInt8(server.length, 7);
  const signed = Buffer.concat([header, server, Buffer.of(syncs.length << 4), ...syncs.map(encodeSync), vendor]);
  const digest = digestOf(signed);
  if (digest.length !== DIGEST_LENGTH) throw new CradleError('InvalidArgs', 'a digest of a notification has 16 octets');
  return Buffer.concat([digest, signed]);
}

function encodeSync({ code, contentType, uri }: NotifiedSync): Uint8Array {
  inField(code - FIRST_CODE, 0xf, `alert code ${code}`);
  inField(contentType, 0xffffff, 'content type');
  const name = shortText(uri, 'name of a datastore');
  const octets = Buffer.alloc(SYNC_LENGTH);
  octets.writeUInt8((code - FIRST_CODE) << 4, 0);
  octets.writeUIntBE(contentType, 1, 3);
  octets.writeUInt8(name.length, 4);
  return Buffer.concat([octets, name]);
}

function inField(value: number, greatest: number, what: string): void {
  if (!Number.isInteger(value) || value < 0 || value > greatest)
    throw new CradleError('InvalidArgs', `the ${what} of a notification is ${value}, which does not fit`);
}

function shortText(text: string, what: string): Uint8Array {
  const octets = Buffer.from(text);
  inField(octets.length, 0xff, `length of the ${what}`);
  return octets;
}

/** The reverse of `encodeNotification`. The digest is not checked. Fails with InvalidItem where it is cut short. */
export function decodeNotification(bytes: Uint8Array): ReceivedNotification {
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (length: number, what: string): Buffer => {
    if (at + length > octets.length)
      throw new CradleError('InvalidItem', `the notification of ${octets.length} octets ends within its ${what}`);
    at += length;
    return octets.subarray(at - length, at);
  };

  const digest = take(DIGEST_LENGTH, 'digest');
  const header = take(HEADER_LENGTH, 'header');
  const first = header.readUInt16BE(0);
  const serverId = take(header.readUInt8(7), 'server identifier').toString();
  const count = take(1, 'number of datastores').readUInt8(0) >> 4;
  const syncs: NotifiedSync[] = [];
  while (syncs.length < count) {
    const sync = take(SYNC_LENGTH, `datastore ${syncs.length + 1}`);
    const uri = take(sync.readUInt8(4), `datastore ${syncs.length + 1}`).toString();
    syncs.push({ code: FIRST_CODE + (sync.readUInt8(0) >> 4), contentType: sync.readUIntBE(1, 3), uri });
  }
  const vendor = octets.subarray(at);
  const notification: Notification = {
    version: first >> 6,
    userInterface: USER_INTERFACES[(first >> 4) & 3] ?? 'unspecified',
    initiator: (first & 8) !== 0 ? 'server' : 'user',
    sessionId: header.readUInt16BE(5),
    serverId,
    syncs,
    ...(vendor.length > 0 && { vendor: new Uint8Array(vendor) }),
  };
  return { notification, digest: new Uint8Array(digest), signed: new Uint8Array(octets.subarray(DIGEST_LENGTH)) };
}
