import type { DeviceInformation } from '../devinf/device-information.js';
import type { SessionMemory } from './conversation.js';
import type { LoginScheme, Pace } from './plan.js';

/** Whom a session in the server role asks about its caller. */
export interface ServerHost {
  /**
   * Who wants to come in; undefined when there is no such caller, which looks like a wrong password from outside. A
   * CradleError refuses the session with the status that fits: Busy with 417, StoreUnavailable with 503, else 500.
   */
  admit(caller: Caller, signal: AbortSignal): Promise<Principal | undefined>;
  /** Where the following requests of this session are to go (RespURI); where the transport knows by itself: nothing. */
  respUri?(): string | undefined;
  /** Bytes of a message we take. */
  readonly maxMessageSize: number;
  /** Bytes of an item we take. */
  readonly maxObjectSize: number;
  /** What a caller may prove himself with; the first is what he is asked for. Both, MD5 first, where it says nothing. */
  readonly schemes?: readonly LoginScheme[];
  readonly pace?: Partial<Pace>;
}

/** As the first message says. */
export interface Caller {
  /** Of the credentials, or the Source/LocName that goes with a digest. */
  readonly login: string | undefined;
  /** Source/LocURI. */
  readonly deviceUri: string;
}

export interface Principal {
  /** The user name that goes into a digest. */
  readonly login: string;
  /** Undefined: needs no proof, such as a phone on its cable. */
  readonly password: string | undefined;
  /** Ours, as this caller is to see it. */
  readonly information: DeviceInformation;
  readonly memory: SessionMemory;
  readonly datastores: readonly HostedDatastore[];
}

export interface HostedDatastore {
  readonly name: string;
  /** What the client has to call it; compared without `./`, slashes at the ends and case. */
  readonly uri: string;
}
