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
  readonly filter?: Element;
}

export type AuthenticationScheme = 'basic' | 'md5' | 'hmac';

/** `Cred`: the token as it stands in Data; octets where WBXML carried octets. */
export interface Credentials {
  readonly scheme: AuthenticationScheme | string;
  readonly format: string | undefined;
  readonly token: string | Uint8Array;
}

/** `Chal`. */
export interface Challenge {
  readonly scheme: AuthenticationScheme | string;
  readonly format: string | undefined;
  /** As octets, base64 undone. */
  readonly nextNonce: Uint8Array | undefined;
}

/** MetInf 1.2. Numbers are bytes. */
export interface Meta {
  readonly type?: string;
  readonly format?: string;
  readonly mark?: string;
  readonly version?: string;
  readonly size?: number;
  readonly maxMsgSize?: number;
  readonly maxObjSize?: number;
  readonly anchor?: Anchors;
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
  readonly data?: Data;
  readonly moreData?: boolean;
}

interface Numbered {
  /** CmdID, unique within its message, never 0. */
  readonly id: string;
  readonly noResp?: boolean;
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

/** Commands that are answered and not done. */
export interface Foreign extends Numbered {
  readonly kind: 'Exec' | 'Search';
}

export type Command = Change | Sync | Group | Alert | Put | Results | Status | MapCommand | Foreign;
