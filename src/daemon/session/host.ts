import type { Device, DeviceId, Evidence } from '../../hal/device.js';
import type { Log, PluginContext, ProtocolPlugin, Store } from '../../plugins/contract.js';
import type { Binding, StorePair } from '../state/binding.js';
import type { Job } from '../sync/job.js';

/** What a session needs of the daemon around it. */
export interface SessionHost {
  readonly log: Log;
  /** The device if it is in reach and ours; fails with NotConnected, NotOwner or NotIdentified. */
  device(id: DeviceId): Device;
  /** What the device's plugin may see. */
  context(device: Device): Promise<PluginContext>;
  protocol(name: string): ProtocolPlugin;
  openDesktop(store: string, signal: AbortSignal): Promise<Store>;
  /** What a peer says of itself; may settle model and owner anew, and fail with NotOwner. */
  learn(id: DeviceId, facts: Evidence): Promise<void>;
  /** Whether the device may be unplugged now: nothing of it is mounted or open. */
  released(id: DeviceId, safe: boolean): void;
  /** The terms of one pair: mapping, policy, direction, first sync, answers given. */
  job(session: number, binding: Binding, pair: StorePair, left: Store, right: Store): Job;
}
