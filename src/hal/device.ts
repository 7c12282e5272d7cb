export type DeviceId = string & { readonly __brand: 'DeviceId' };

/** Flat facts about a device, each under a dotted key such as `usb.id` or `at.model`. docs/evidence.md lists them. */
export type Evidence = ReadonlyMap<string, string>;

/** One way in to a device, as a source saw it: a tty, a USB device, a volume, an RFCOMM service. */
export interface Sighting {
  /** Unique within its source: the udev DEVPATH or the BlueZ object path. */
  readonly key: string;
  readonly source: string;
  readonly evidence: Evidence;
  /** What ties nodes of one physical device together: the DEVPATH of its usb_device; its own key where there is none. */
  readonly body: string;
}

export type SightingEvent =
  | { readonly kind: 'appeared' | 'changed'; readonly sighting: Sighting }
  | { readonly kind: 'vanished'; readonly key: string }
  /** Everything that was already there has been told. */
  | { readonly kind: 'settled' };

/** Where sightings come from: udev, BlueZ, a test script. */
export interface DeviceSource {
  readonly name: string;
  /** First what is already there, then `settled`, then what comes and goes, until aborted. */
  watch(signal: AbortSignal): AsyncIterable<SightingEvent>;
}

export const DEVICE_KINDS = ['phone', 'pda', 'player', 'camera', 'tablet', 'storage', 'account', 'unknown'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** A device in reach: what it is, whose it is, and the ways in. */
export interface Device {
  readonly id: DeviceId;
  readonly identity: Identity;
  readonly owner: Owner;
  readonly sightings: readonly Sighting[];
  /** All facts of all sightings and probes; where two differ the first sighting's word stands. */
  readonly evidence: Evidence;
}

export interface Identity {
  readonly manufacturer: string;
  readonly model: string;
  readonly kind: DeviceKind;
  readonly icon: string;
  /** Undefined while no rule knows how to talk to it: `Identified` is false then. */
  readonly plugin: string | undefined;
  readonly transport: string | undefined;
  readonly startedBy: 'us' | 'device';
  readonly stores: readonly StoreHint[];
  /** Keys of the form `Plugin.Option`, for that plugin alone. */
  readonly options: ReadonlyMap<string, string>;
  /** False when the id rests on the port it hangs on, because nothing lasting tells this device from its like. */
  readonly lasting: boolean;
}

/** One `Store.<name>=<address> <content type>` line of a rule. */
export interface StoreHint {
  readonly name: string;
  /** In the plugin's own words: for `storage` folders of the volume, `;` between. */
  readonly address: string;
  /** Media types, `;` between. */
  readonly contentType: string;
}

export type Owner =
  | { readonly kind: 'mine'; readonly because: 'claim' | 'rule' }
  | { readonly kind: 'offered'; readonly because: 'seat' | 'ask' | 'ambiguous' }
  | { readonly kind: 'other'; readonly because: 'rule' | 'no-access' | 'seat'; readonly login: string | undefined };

/** Whose word a claim is; kept by the daemon, asked by hal. */
export type Claims = (id: DeviceId) => boolean;

export interface RuleSet {
  /**
   * What the rules say of a device, each of whose ways in is one view: a section holds when all its Match lines hold
   * for one and the same view.
   */
  match(...views: readonly Evidence[]): Match;
  /** Sections that were skipped, each with file, line and the reason. */
  readonly complaints: readonly RuleComplaint[];
}

export interface RuleComplaint {
  readonly file: string;
  /** Counted from 1; 0 when it is about the file or folder as a whole. */
  readonly line: number;
  readonly section: string;
  readonly reason: string;
}

/** Where in the rule files a section stands. */
export interface RuleOrigin {
  readonly title: string;
  readonly file: string;
  readonly line: number;
}

/** A section's wish to run a probe on the view it holds for. */
export interface ProbeWish {
  readonly name: string;
  /** Index of the view, as given to match(). */
  readonly view: number;
}

export interface TraceLine {
  readonly section: string;
  readonly file: string;
  readonly line: number;
  /** `applies`, or the first Match line that does not hold and why. */
  readonly verdict: string;
}

export interface Match {
  /** The last word on each key, as the rules spell it: facts are not filled in yet. */
  readonly assignments: ReadonlyMap<string, string>;
  /** Who had the last word on each key, also where it was to take the key back. */
  readonly origins: ReadonlyMap<string, RuleOrigin>;
  /** The probes of all sections that hold. */
  readonly probes: readonly ProbeWish[];
  /** Every section looked at and why it did or did not apply, for `cradle explain`; worked out when first asked for. */
  readonly trace: readonly TraceLine[];
}

/** Learns more about a device; the answer joins the evidence. */
export interface Probe {
  readonly name: string;
  /** True when it opens nothing of the device, so that it may look at anybody's. */
  readonly passive?: boolean;
  run(sighting: Sighting, signal: AbortSignal): Promise<Evidence>;
}

export type DeviceEvent =
  | { readonly kind: 'appeared' | 'changed'; readonly device: Device }
  | { readonly kind: 'vanished'; readonly device: Device };
