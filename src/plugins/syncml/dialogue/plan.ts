import type { Login } from '../../contract.js';
import type { Encoding, Version } from '../codec/document.js';
import type { DeviceInformation } from '../devinf/device-information.js';
import type { SessionMemory, SyncMode } from './conversation.js';

/** `hmac` signs each message in a header of the transport, which both ends have to know of. */
export type LoginScheme = 'basic' | 'md5' | 'hmac';

export const BOTH_SCHEMES: readonly LoginScheme[] = ['md5', 'basic'];

/** What a session in the client role is to be. */
export interface ClientPlan {
  /** Source/LocURI: what the server knows us by. */
  readonly uri: string;
  /** Target/LocURI: the server, by its URL or its id. */
  readonly server: string;
  readonly login: Login | undefined;
  /** What we may prove ourselves with, the preferred first; both, MD5 first, where it says nothing. */
  readonly schemes?: readonly LoginScheme[];
  readonly version: Version;
  readonly encoding: Encoding;
  /** Ours. */
  readonly information: DeviceInformation;
  readonly memory: SessionMemory;
  readonly datastores: readonly WantedDatastore[];
  /** Bytes of a message we take. */
  readonly maxMessageSize: number;
  /** Bytes of an item we take. */
  readonly maxObjectSize: number;
  /** The one that the server's alert named; else one of our own making. */
  readonly sessionId?: string;
  readonly pace?: Partial<Pace>;
}

export interface WantedDatastore {
  /** Ours, and our Source/LocURI. */
  readonly name: string;
  /** The server's. */
  readonly uri: string;
  /** Becomes `slow` where the anchors of either side do not hold. */
  readonly mode: SyncMode;
}

/** Times of the drivers; the dialogues themselves know none. Milliseconds. */
export interface Pace {
  /** Server role: how long a request is kept waiting before the client is asked to ask on (Alert 222). */
  readonly keepAlive: number;
  /** How long a source of changes may be silent before what it has given leaves by itself. */
  readonly linger: number;
  /** Milliseconds since the epoch, for anchors and session ids. */
  readonly now: () => number;
}

export const DEFAULT_PACE: Pace = { keepAlive: 20_000, linger: 100, now: Date.now };
