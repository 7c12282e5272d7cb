import type { DeviceId } from '../../hal/device.js';
import type { Login } from '../../plugins/contract.js';

/** What is wrong with the keeping of secrets, in a sentence, and where. */
export interface SecretsComplaint {
  readonly where: string;
  readonly message: string;
}

/** Where the passwords are; nothing of them is ever in a log, a property, an error or the state database. */
export interface Secrets {
  /** What the last access met with; undefined while all is well. */
  readonly complaint: SecretsComplaint | undefined;
  /** Fails with Failed when they cannot be read, or when others could read them, too. */
  get(device: DeviceId, signal: AbortSignal): Promise<Login | undefined>;
  /** Durable when it settles. Fails with NoSpace, ReadOnly, LimitsExceeded, and as get() does. */
  put(device: DeviceId, login: Login, signal: AbortSignal): Promise<void>;
  /** Durable when it settles; also settles when there was none. Fails as put() does. */
  remove(device: DeviceId, signal: AbortSignal): Promise<void>;
}
