import type { DeviceId } from '../../hal/device.js';

export type BindingId = string & { readonly __brand: 'BindingId' };

export const TRIGGERS = ['plug', 'near', 'change', 'timer'] as const;
export type Trigger = (typeof TRIGGERS)[number];

export const DIRECTIONS = ['both', 'to-device', 'to-desktop'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const CONFLICT_POLICIES = ['merge', 'device', 'desktop', 'newest', 'both', 'ask'] as const;
export type ConflictPolicyName = (typeof CONFLICT_POLICIES)[number];

export const FIRST_SYNCS = ['ask', 'combine', 'keep-device', 'keep-desktop'] as const;
export type FirstSyncName = (typeof FIRST_SYNCS)[number];

/** A question a session stopped at; the answer is given with Decide and used once. */
export const QUESTIONS = ['first-sync', 'mass-deletion', 'store-replaced'] as const;
export type Question = (typeof QUESTIONS)[number];

/** One device store and the desktop store it keeps company. */
export interface StorePair {
  readonly device: string;
  readonly desktop: string;
}

/** Device stores and desktop stores that keep each other company, and how. */
export interface Binding {
  readonly id: BindingId;
  readonly device: DeviceId;
  readonly pairs: readonly StorePair[];
  readonly enabled: boolean;
  readonly triggers: readonly Trigger[];
  /** Seconds between timer sessions; 0 for never. */
  readonly interval: number;
  readonly direction: Direction;
  readonly conflictPolicy: ConflictPolicyName;
  readonly firstSync: FirstSyncName;
  /** Glob patterns of names to take or to leave; keys `include` and `exclude`. */
  readonly filter: Readonly<Record<string, readonly string[]>>;
  readonly options: Readonly<Record<string, string>>;
}
