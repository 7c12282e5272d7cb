import type { Encoding, Version } from '../codec/document.js';
import type { DeviceInformation } from '../devinf/device-information.js';
import type { Credentials, Header, Location } from '../message/message.js';
import type { SessionMemory } from './conversation.js';

/** What both roles know when a session begins. */
export interface Session {
  readonly version: Version;
  readonly encoding: Encoding;
  readonly sessionId: string;
  /** Ours, with the name that goes with a digest. */
  readonly source: Location;
  readonly target: Location;
  /** Ours. */
  readonly information: DeviceInformation;
  readonly memory: SessionMemory;
  /** Octets we take. */
  readonly maxMessageSize: number;
  readonly maxObjectSize: number;
  /** Milliseconds since the epoch, when it began. */
  readonly now: number;
}

/** What changes from one message to the next. */
export interface Addresses {
  readonly source: Location;
  readonly target: Location;
  readonly respUri: string | undefined;
  readonly credentials: Credentials | undefined;
}

export function headerOf(session: Session, messageId: number, addresses: Addresses): Header {
  const { version, sessionId, maxMessageSize, maxObjectSize } = session;
  const { source, target, respUri, credentials } = addresses;
  return {
    version,
    sessionId,
    messageId,
    target,
    source,
    ...(respUri !== undefined && { respUri }),
    ...(credentials !== undefined && { credentials }),
    // 1.0 knows no objects larger than a message.
    meta: { maxMsgSize: maxMessageSize, ...(version !== '1.0' && { maxObjSize: maxObjectSize }) },
  };
}
