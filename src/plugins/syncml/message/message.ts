import type { Element, Version } from '../codec/document.js';

/** One message of a session: SyncML Representation Protocol 1.2, section 6. */
export interface Message {
  readonly header: Header;
  readonly commands: readonly Command[];
  /** The last message of its package. */
  readonly final: boolean;
}

export interface Header {
  readonly version: Version;
  /**
   * Where VerDTD (505) or VerProto (513) is none of ours: the status that answers the SyncHdr, and `version` is then the
   * document's or the newest.
   */
  readonly refusal?: 505 | 513;
  readonly sessionId: string;
  /** Counted from 1 in each direction of a session. */
  readonly messageId: number;
  readonly target: Location;
  readonly source: Location;
  /** Where the next request of this session goes to. */
  readonly respUri?: string;
  readonly noResp?: boolean;
  readonly credentials?: Credentials;
  readonly meta?: Meta;
}

export interface Location {
  readonly uri: string;
  readonly name?: string;
  readonly filter?: Filter;
}

/** Since 1.2, in the Target of an Alert or a Sync: what of a datastore is wanted. */
export interface Filter {
  readonly meta?: Meta;
  /** Which properties of an item. */
  readonly field?: Item;
  /** Which items. */
  readonly record?: Item;
  /** `INCLUSIVE`, or `EXCLUSIVE`, which is the default. */
  readonly type?: string;
}

export type AuthenticationScheme = 'basic' | 'md5' | 'hmac';

/** `Cred`. Its token is a secret: it belongs in no log and no error. */
export interface Credentials {
  /** Another scheme than ours stands as the peer wrote it. */
  readonly scheme: AuthenticationScheme | string;
  /** `b64` as a rule. */
  readonly format?: string;
  /** As octets, base64 undone where `format` says so and it could be; the text itself otherwise. */
  readonly token: Uint8Array;
}

/** `Chal`. */
export interface Challenge {
  readonly scheme: AuthenticationScheme | string;
  readonly format?: string;
  /** As octets, base64 undone. */
  readonly nextNonce?: Uint8Array;
}

/** MetInf 1.2. Numbers are bytes; what is beyond 2^53 is 2^53 - 1. */
export interface Meta {
  /** Since 1.2: the item is a part of a whole, its other fields stay. */
  readonly fieldLevel?: boolean;
  readonly type?: string;
  readonly format?: string;
  readonly mark?: string;
  readonly version?: string;
  readonly size?: number;
  readonly maxMsgSize?: number;
  readonly maxObjSize?: number;
  readonly anchor?: Anchors;
  /** As octets, base64 undone. */
  readonly nextNonce?: Uint8Array;
  readonly mem?: Memory;
  readonly emi?: readonly string[];
}

export interface Anchors {
  readonly last?: string;
  readonly next: string;
}

export interface Memory {
  readonly shared: boolean;
  readonly freeBytes: number;
  readonly freeIds: number;
}

/** `Data`: text, octets, or an element of another vocabulary. */
export type Data = string | Uint8Array | Element;

export interface Item {
  readonly target?: Location;
  readonly source?: Location;
  readonly targetParent?: string;
  readonly sourceParent?: string;
  readonly meta?: Meta;
  /**
   * Where the Meta of the item or else of its command has the format `b64`, octets with that undone; text that is no base64
   * in spite of it stays text (a large object may be cut within a group of four).
   */
  readonly data?: Data;
  readonly moreData?: boolean;
}

interface Numbered {
  /** CmdID, unique within its message, never 0. */
  readonly id: string;
  readonly noResp?: boolean;
  /** Holds for the items too, where they say nothing else. */
  readonly meta?: Meta;
}

export interface Change extends Numbered {
  readonly kind: 'Add' | 'Replace' | 'Delete' | 'Copy' | 'Move';
  readonly items: readonly Item[];
  readonly credentials?: Credentials;
  /** Of a Delete: keep a copy; remove from the device only. */
  readonly archive?: boolean;
  readonly softDelete?: boolean;
}

export interface Sync extends Numbered {
  readonly kind: 'Sync';
  readonly target?: Location;
  readonly source?: Location;
  readonly credentials?: Credentials;
  readonly numberOfChanges?: number;
  readonly commands: readonly Command[];
}

export interface Group extends Numbered {
  readonly kind: 'Atomic' | 'Sequence';
  readonly commands: readonly Command[];
}

export interface Alert extends Numbered {
  readonly kind: 'Alert';
  readonly credentials?: Credentials;
  /** Absent means 200 (Representation Protocol, section 6.5.2). */
  readonly code: number;
  readonly correlator?: string;
  readonly items: readonly Item[];
}

export interface Put extends Numbered {
  readonly kind: 'Put' | 'Get';
  readonly credentials?: Credentials;
  readonly items: readonly Item[];
}

export interface Results extends Numbered {
  readonly kind: 'Results';
  readonly messageRef?: string;
  readonly commandRef: string;
  readonly targetRef?: string;
  readonly sourceRef?: string;
  readonly items: readonly Item[];
}

export interface Status extends Numbered {
  readonly kind: 'Status';
  readonly messageRef: string;
  /** `0` for the SyncHdr. */
  readonly commandRef: string;
  readonly command: string;
  readonly targetRefs: readonly string[];
  readonly sourceRefs: readonly string[];
  readonly credentials?: Credentials;
  readonly challenge?: Challenge;
  /** OMA DS response status code, 100..599. */
  readonly code: number;
  readonly items: readonly Item[];
}

export interface MapCommand extends Numbered {
  readonly kind: 'Map';
  readonly target?: Location;
  readonly source?: Location;
  readonly credentials?: Credentials;
  /** The server's name of an item and the client's. */
  readonly items: readonly MapItem[];
}

export interface MapItem {
  readonly target: string;
  readonly source: string;
}

/** Commands that are answered and not done: 406, optional feature not supported. */
export interface Foreign extends Numbered {
  readonly kind: 'Exec' | 'Search';
}

/** A command that cannot be done as it stands: it is answered with `code`, and the rest of its message goes on. */
export interface Faulty {
  readonly kind: 'Faulty';
  /** Its CmdID; empty where it has none that a Status could name, so that it goes unanswered. */
  readonly id: string;
  /** Its element, which goes into the Cmd of the Status. */
  readonly name: string;
  /** 400 malformed, 405 not allowed in that place, 406 unknown, 412 incomplete. */
  readonly code: 400 | 405 | 406 | 412;
  /** A sentence, for the log. */
  readonly reason: string;
  /** True also for a Status, which is never answered with one. */
  readonly noResp?: boolean;
}

export type Command = Change | Sync | Group | Alert | Put | Results | Status | MapCommand | Foreign | Faulty;
