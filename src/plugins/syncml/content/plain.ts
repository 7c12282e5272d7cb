/** What is said of an item beside its content. */
export interface Description {
  /** `text/vcard` 3.0, `text/calendar` 2.0, `text/plain`; files have their own. */
  readonly type: string;
  /** One line a person would know the item by. */
  readonly summary: string;
  /** By what two versions of one and the same item are recognised (kinship.ts). */
  readonly kin: string;
  readonly name?: string;
  /** Microseconds since the epoch. */
  readonly modified?: bigint;
}

/** A version of an item, in the engine's form. */
export interface Copy {
  readonly body: Uint8Array;
  /** What two copies have in common that say the same. */
  readonly likeness: string;
}

/** A version and what is said of it. */
export interface Plain extends Description, Copy {}

/** One item, as different people know it; all in the engine's form. */
export interface Versions {
  /** All we know. */
  readonly body: Uint8Array;
  /** What the device has as far as we know: what it was sent or gave last. */
  readonly held: Uint8Array;
  /** What the device itself gave last. */
  readonly told: Uint8Array | undefined;
}
