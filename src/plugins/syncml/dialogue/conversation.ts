import type { CradleError } from '../../../dbus/errors.js';
import type { Encoding, Version } from '../codec/document.js';
import type { DeviceInformation } from '../devinf/device-information.js';
import type { MapItem } from '../message/message.js';

/** OMA DS Protocol 1.2, section 5.1: alert codes 200 to 205; slow sync is 201. */
export type SyncMode =
  | 'two-way'
  | 'slow'
  | 'one-way-from-client'
  | 'refresh-from-client'
  | 'one-way-from-server'
  | 'refresh-from-server';

/** The other end, as far as it has told. */
export interface PeerIdentity {
  /** Source/LocURI of its SyncHdr. */
  readonly uri: string;
  readonly login: string | undefined;
  readonly version: Version;
  readonly encoding: Encoding;
  readonly information: DeviceInformation | undefined;
}

/** One SyncML session that got past its greeting: both roles look alike from here. */
export interface Conversation extends AsyncDisposable {
  readonly role: 'client' | 'server';
  readonly peer: PeerIdentity;
  /** By our name of the datastore; those alone that both sides agreed on. */
  readonly datastores: ReadonlyMap<string, DatastoreSession>;
  /** Why the others are not among them. */
  readonly refusals: ReadonlyMap<string, CradleError>;
  /** We have nothing more to send: leads the session to its end and moves the anchors. Disposing without it suspends (224) where the peer can, and leaves the anchors. */
  finish(signal: AbortSignal): Promise<void>;
}

export interface DatastoreSession {
  readonly name: string;
  readonly mode: SyncMode;
  /** True when this goes on where an earlier session was cut (Alert 225). */
  readonly resumed: boolean;
  /** NumberOfChanges, where the peer says. */
  readonly expected: number | undefined;
  /**
   * What the peer changed, message by message. Each change has to be answered, durably dealt with, before the next batch is
   * asked for: that is when the statuses leave. In a session of both datastores any order of iteration works, but side by
   * side is best: what waits to be iterated is held in memory. In the client role the first one asked for ends our own
   * changes of all datastores, once those given to `apply` have left: call `apply` before.
   */
  changes(signal: AbortSignal): AsyncIterable<IncomingBatch>;
  /**
   * Sends ours; an outcome for each, as the statuses come in, which may be a package late. May be called again until
   * `finish`. Listens from the call on, not from the first iteration.
   */
  apply(changes: AsyncIterable<Outgoing>, signal: AbortSignal, announced?: Announcement): AsyncIterable<Outcome>;
}

/** What is known of a batch of changes before it begins. */
export interface Announcement {
  /** NumberOfChanges, for the peer's progress bar. */
  readonly count?: number;
  /** Nothing more will come for this datastore: saves a round trip. */
  readonly last?: boolean;
}

export interface IncomingBatch {
  /** All or none (Atomic): when one is answered with a failure, none may have been done. */
  readonly atomic: boolean;
  readonly changes: readonly Incoming[];
}

export interface Incoming {
  readonly kind: 'add' | 'replace' | 'delete' | 'copy' | 'move';
  /**
   * Server role: the client's LUID. Client role: the LUID we gave for replace and delete, the server's GUID for add.
   * Empty where the peer left it out.
   */
  readonly id: string;
  /** Of add and replace; never longer than the MaxObjSize we announced. */
  readonly content?: Content;
  /** Of a delete: free memory on the device only, the data set keeps the item. */
  readonly soft?: boolean;
  /** Of a copy and a move: the LUID that the copy, or the item itself, has from now on; where the peer says. */
  readonly target?: string;
  /** Once. The status code of OMA DS; in the client role an add that was taken says under which LUID. */
  answer(code: number, luid?: string): void;
}

export interface Content {
  /** Without parameters, lower case; empty where the peer did not say. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface Outgoing {
  readonly key: number;
  readonly kind: 'add' | 'replace' | 'delete';
  /** Server role: our GUID for an add, the client's LUID otherwise. Client role: our LUID. */
  readonly id: string;
  readonly content?: Content;
}

export interface Outcome {
  readonly key: number;
  /** OMA DS status code. In the server role the LUID of an add comes by `SessionMemory.mapped`. */
  readonly code: number;
}

/** What is remembered of a peer from one session to the next. All calls are synchronous and durable when they return. */
export interface SessionMemory {
  /** The nonce the peer is to use next, and the one it gave us; undefined: the empty one. */
  nonce(whose: 'theirs' | 'ours'): Uint8Array | undefined;
  setNonce(whose: 'theirs' | 'ours', nonce: Uint8Array): void;
  information(): DeviceInformation | undefined;
  setInformation(information: DeviceInformation): void;
  /** `resuming`: the client asks to go on where a session was cut (Alert 225). */
  anchors(datastore: string, resuming?: boolean): SyncAnchors;
  setAnchors(datastore: string, anchors: SyncAnchors): void;
  /** The session that was cut, as long as it may be resumed. */
  cut(datastore: string): CutSession | undefined;
  setCut(datastore: string, cut: CutSession | undefined): void;
  /** Server role: the client's words on how it names what we added. Unknown GUIDs are ignored and answered as such by the return: those accepted. */
  mapped(datastore: string, items: readonly MapItem[]): readonly MapItem[];
  /** Client role: maps the server has not confirmed yet. */
  pendingMaps(datastore: string): readonly MapItem[];
  mapsConfirmed(datastore: string, items: readonly MapItem[]): void;
}

export interface SyncAnchors {
  /** Our Next of the last session that ended well: our Last of the next. */
  readonly ours: string | undefined;
  /** The peer's Next of that session. */
  readonly theirs: string | undefined;
}

export interface CutSession {
  readonly mode: SyncMode;
  /** The peer's Next anchor in the session that was cut. */
  readonly theirs: string;
  readonly ours: string;
}
