import type { Device, DeviceId, Evidence } from '../../hal/device.js';
import type { Log, Peer, Store } from '../../plugins/contract.js';
import type { Binding, StorePair } from '../state/binding.js';
import type { Job } from '../sync/job.js';

/** What a session needs of the daemon around it. */
export interface SessionHost {
  readonly log: Log;
  /** The device if it is in reach and ours; fails with NotConnected, NotOwner or NotIdentified. */
  device(id: DeviceId): Device;
  /** Over the device's own call where it has called, else by calling it. Fails with NotConnected where only it can call. */
  connect(device: Device, signal: AbortSignal): Promise<Peer>;
  openDesktop(store: string, signal: AbortSignal): Promise<Store>;
  /** What a peer says of itself; may settle model and owner anew, and fail with NotOwner. */
  learn(id: DeviceId, facts: Evidence): Promise<void>;
  /** Whether the device may be unplugged now: nothing of it is mounted or open. */
  released(id: DeviceId, safe: boolean): void;
  /** The terms of one pair: mapping, policy, direction, first sync, answers given. */
  job(session: number, binding: Binding, pair: StorePair, left: Store, right: Store): Job;
}
