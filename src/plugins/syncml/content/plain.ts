/** A content as the engine and the desktop know it, with what the replica keeps beside. */
export interface Plain {
  /** `text/vcard` 3.0, `text/calendar` 2.0, `text/plain`; files have their own. */
  readonly type: string;
  readonly body: Uint8Array;
  /** One line a person would know the item by. */
  readonly summary: string;
  /** What two versions of one and the same item have in common: `uid:...` or `name:...`. Empty for nothing. */
  readonly kin: string;
  readonly name?: string;
  /** Microseconds since the epoch. */
  readonly modified?: bigint;
}

/** One item, as different people know it; all in the engine's form. */
export interface Versions {
  /** All we know. */
  readonly body: Uint8Array;
  /** What the device has as far as we know: what it was sent or gave last. */
  readonly held: Uint8Array;
  /** What the device itself gave last. */
  readonly told: Uint8Array | undefined;
}
