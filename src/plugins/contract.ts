import type { CradleError } from '../dbus/errors.js';
import type { Device, DeviceId, Evidence, Probe } from '../hal/device.js';
import type { Log } from '../hal/log.js';
import type { OptionType } from '../hal/rule-keys.js';
import type { Channel } from '../hal/transport.js';
import type { Body } from './body.js';

export type { Log, OptionType };

/** Names an item within its store; a store may never give one id to two items at once. */
export type ItemId = string;
/** Opaque to the engine; a store mints it, the engine hands it back. */
export type Anchor = string;

export interface ItemRef {
  readonly id: ItemId;
  /** Changes whenever the content does. It may also change when the content did not; the engine then compares digests. */
  readonly revision: string;
  /** The card or database the item lives on, when a store has removable ones. */
  readonly volume?: string;
  /** Bytes, where the store knows without reading. */
  readonly size?: number;
  /** The name the item would keep in another store: a relative path with `/`, where the store has names. */
  readonly name?: string;
}

export interface Item {
  /** A media type, such as `text/vcard` or `image/jpeg`. */
  readonly contentType: string;
  readonly body: Body;
  /** One line a person would know the item by. */
  readonly summary: string;
  /** As in ItemRef: the receiving store keeps it where it can. */
  readonly name?: string;
  /** Microseconds since the epoch, where the store knows. */
  readonly modified?: bigint;
}

export interface StoreInfo {
  readonly name: string;
  readonly label: string;
  /** A name of the freedesktop icon naming specification. */
  readonly icon: string;
  /** Names this very data set: a new identity means the old mapping no longer holds. */
  readonly identity: string;
  /** Media types, `*` allowed after the slash or as the whole. */
  readonly contentTypes: readonly string[];
  readonly readOnly: boolean;
}

export type Entry =
  | { readonly kind: 'present'; readonly ref: ItemRef; readonly item?: Item }
  | { readonly kind: 'gone'; readonly id: ItemId };

export interface Listing {
  /** `delta` holds what moved since the anchor, `full` everything there is. */
  readonly scope: 'full' | 'delta';
  /** What to hand to the next list(); true of the moment the listing began, so that nothing falls between. */
  readonly anchor: Anchor;
  /** Volumes attached now; items of others are neither present nor gone. */
  readonly volumes?: ReadonlySet<string>;
  readonly entries: AsyncIterable<Entry>;
}

export type Edit =
  | {
      readonly kind: 'put';
      readonly key: number;
      readonly item: Item;
      /** Replaces exactly this revision; refused with ItemChanged when the store has moved on. Absent: a new item. */
      readonly replaces?: ItemRef;
    }
  | { readonly kind: 'remove'; readonly key: number; readonly ref: ItemRef };

export type Receipt =
  /** `duplicate`: the store already held this very content; nothing was written, `ref` is what it has. */
  | { readonly key: number; readonly outcome: 'stored' | 'duplicate'; readonly ref: ItemRef }
  /** `discard`: the store does not want this item, and the other side should drop it too. */
  | { readonly key: number; readonly outcome: 'removed' | 'discard' }
  | { readonly key: number; readonly outcome: 'refused'; readonly reason: CradleError };

/**
 * A set of items on either side of a sync: an address book, a calendar, a photo folder.
 * A failure of one item is a `refused` receipt; a failure of the whole store is a thrown CradleError
 * (StoreUnavailable, ReadOnly, NoSpace, NotConnected), and what was receipted before it is done and durable.
 */
export interface Store extends AsyncDisposable {
  readonly info: StoreInfo;
  list(since: Anchor | undefined, signal: AbortSignal): Promise<Listing>;
  /** Undefined when there is no such item any more. */
  read(id: ItemId, signal: AbortSignal): Promise<Item | undefined>;
  /** One batch. Receipts may come late and in any order, one for each edit; a receipt means durable. */
  apply(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncIterable<Receipt>;
  /** Yields whenever something moved; what moved is list()'s business. */
  watch?(signal: AbortSignal): AsyncIterable<void>;
  /** What the device's user asked for this once, where the protocol lets him. */
  readonly wish?: Wish;
}

/** The changes of one side only, or that the desktop becomes what the device is (a SyncML refresh from client). */
export type Wish = 'to-desktop' | 'to-device' | 'mirror-to-desktop';

/** A device that has been talked to and answered. */
export interface Peer extends AsyncDisposable {
  /** What it says of itself; joins the evidence and may refine the model. */
  readonly evidence: Evidence;
  readonly stores: readonly StoreInfo[];
  /** The device has begun this itself and chosen which of its stores take part: the others wait for another time. */
  readonly chosen?: boolean;
  open(store: string, signal: AbortSignal): Promise<Store>;
  /**
   * Lets the device go, so that it may be unplugged: flushes, and takes back what we did to reach it. Fails with Busy
   * naming who holds it. `all`: a person asked for it, so what others have mounted is unmounted too.
   */
  release?(signal: AbortSignal, all?: boolean): Promise<void>;
}

export interface PluginContext {
  readonly device: Device;
  readonly log: Log;
  /** A folder of the device's own for what the plugin must remember; it exists, and goes when the device is forgotten. */
  readonly folder: string;
  /** The device's stores that some enabled binding wants. */
  readonly wanted: readonly string[];
  channel(signal: AbortSignal): Promise<Channel>;
  /** How we log in there, where an account says. */
  credentials(signal: AbortSignal): Promise<Login | undefined>;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** What a plugin that peers may call is given. */
export interface Reception {
  readonly log: Log;
  /** The context of the device that logs in under this name; undefined when nobody of that name may call. */
  caller(user: string, signal: AbortSignal): Promise<PluginContext | undefined>;
  /** Settings of the plugin's own, such as the address and port to listen on. */
  readonly settings: ReadonlyMap<string, string>;
  /** To be called once calls can come in, with the place that peers are told, such as a URL; people are shown it. */
  listening?(where: string): void;
}

/** A device that has called, has proved who it is, and waits to be synced. */
export interface Call {
  readonly device: DeviceId;
  readonly peer: Peer;
}

export interface ProtocolPlugin {
  /** The value of a rule's Plugin= key, and the folder's name. */
  readonly name: string;
  /** The values of a rule's Transport= key it can work over. */
  readonly transports: readonly string[];
  readonly options: Readonly<Record<string, OptionType>>;
  /** Asks a device its name in this protocol, for rules that say Probe=<this plugin>. */
  readonly probe?: Probe;
  connect(context: PluginContext, signal: AbortSignal): Promise<Peer>;
  /** Peers that call us, each already greeted, until aborted. */
  accept?(reception: Reception, signal: AbortSignal): AsyncIterable<Call>;
  /** Asks the device to start a sync from its own side. */
  alert?(context: PluginContext, signal: AbortSignal): Promise<void>;
}

/** Data sets on the desktop. */
export interface StorePlugin {
  /** `Provider` of a Store on D-Bus, and the folder's name. */
  readonly name: string;
  /** Data sets this desktop has by itself, such as the user's Pictures folder. */
  discover(signal: AbortSignal): Promise<readonly StoreAddress[]>;
  /** Whether it is there, without opening, marking or changing anything. Fails as open() would. */
  look(store: StoreAddress, signal: AbortSignal): Promise<{ readonly readOnly: boolean }>;
  /** Opens by address; StoreUnavailable when it is missing or cannot be read. */
  open(store: StoreAddress, signal: AbortSignal): Promise<Store>;
}

/** Where a desktop data set is; plain data, kept in the daemon's state. */
export interface StoreAddress {
  /** Unique on this desktop, such as `pictures` or `contacts`. */
  readonly name: string;
  readonly label: string;
  readonly icon: string;
  readonly provider: string;
  /** What the provider needs to find it: a path, an account and collection. Never a secret. */
  readonly address: string;
  readonly contentTypes: readonly string[];
}
