import type { Version } from '../codec/document.js';

/** OMA DS Device Information 1.0, 1.1, 1.2: what a device is and what it can hold. */
export interface DeviceInformation {
  readonly version: Version;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly oem?: string;
  readonly firmware?: string;
  readonly software?: string;
  readonly hardware?: string;
  readonly deviceId: string;
  /** `phone`, `handset`, `server`, `workstation`, ... as it says. */
  readonly deviceType: string;
  /** Wants times in UTC. */
  readonly utc: boolean;
  readonly largeObjects: boolean;
  readonly numberOfChanges: boolean;
  readonly datastores: readonly DatastoreInformation[];
}

export interface DatastoreInformation {
  /** SourceRef. */
  readonly uri: string;
  readonly displayName?: string;
  /** Characters. */
  readonly maxGuidSize?: number;
  /** The preferred type first. */
  readonly receives: readonly ContentType[];
  readonly sends: readonly ContentType[];
  readonly memory?: { readonly shared: boolean; readonly maxBytes?: number; readonly maxIds?: number };
  /** SyncCap: 1 two-way, 2 slow, 3 one-way from client, 4 refresh from client, 5 one-way from server, 6 refresh from server, 7 server alerted. */
  readonly syncTypes: readonly number[];
  /** CTCap; empty where the device does not say, which means that it holds anything. */
  readonly capabilities: readonly ContentCapability[];
}

export interface ContentType {
  readonly type: string;
  readonly version: string;
}

export interface ContentCapability {
  readonly type: string;
  readonly version?: string;
  readonly properties: readonly PropertyCapability[];
}

export interface PropertyCapability {
  readonly name: string;
  readonly dataType?: string;
  /** Characters of the value it keeps. */
  readonly maxSize?: number;
  readonly maxOccur?: number;
  readonly noTruncate?: boolean;
  /** The only values it takes, where it says so. */
  readonly values: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly values: readonly string[] }[];
}
