import type { BindingId } from '../state/binding.js';

/** Says that a binding has something to sync, never what. */
export interface Alert {
  readonly binding: BindingId;
  readonly cause: 'plug' | 'change' | 'timer';
}

/** Something that raises alerts until it is disposed. */
export interface Notifier extends AsyncDisposable {
  readonly name: string;
}

export type Raise = (alert: Alert) => void;
