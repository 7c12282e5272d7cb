import type { Version } from '../codec/document.js';
import { capabilityOf } from './capabilities.js';
import type { ContentType, DatastoreInformation, DeviceInformation } from './device-information.js';

const VCARD_2_1: ContentType = { type: 'text/x-vcard', version: '2.1' };
const VCARD_3_0: ContentType = { type: 'text/vcard', version: '3.0' };
const VCARD_4_0: ContentType = { type: 'text/vcard', version: '4.0' };
const VCALENDAR_1_0: ContentType = { type: 'text/x-vcalendar', version: '1.0' };
const ICALENDAR_2_0: ContentType = { type: 'text/calendar', version: '2.0' };
const PLAIN_TEXT: ContentType = { type: 'text/plain', version: '1.0' };

/** What a datastore of ours may hold, the preferred first. */
export const OWN_TYPES = {
  contacts: [VCARD_3_0, VCARD_2_1, VCARD_4_0],
  calendar: [ICALENDAR_2_0, VCALENDAR_1_0],
  notes: [PLAIN_TEXT],
} as const satisfies Readonly<Record<string, readonly ContentType[]>>;

/** All that the specification has, 1 to 7. */
const SYNC_TYPES: readonly number[] = [1, 2, 3, 4, 5, 6, 7];
/** Ids of ours are short, and those of others we keep whatever their length: this is what peers like to hear. */
const MAX_GUID_SIZE = 255;

export interface OwnInformation {
  readonly version: Version;
  /** What we are known by: the Source of our messages. */
  readonly deviceId: string;
  readonly role: 'client' | 'server';
  /** Cradle's version. */
  readonly software: string;
  readonly datastores: readonly OwnDatastore[];
}

export interface OwnDatastore {
  /** As the peer is to call it. */
  readonly uri: string;
  readonly displayName?: string;
  /** The preferred first: what we receive and send alike. */
  readonly types: readonly ContentType[];
}

/** What we say of ourselves. */
export function ownInformation(own: OwnInformation): DeviceInformation {
  const { version } = own;
  return {
    version,
    manufacturer: 'Cradle',
    model: 'Cradle',
    software: own.software,
    deviceId: own.deviceId,
    deviceType: own.role === 'server' ? 'server' : 'workstation',
    utc: version !== '1.0',
    largeObjects: version !== '1.0',
    numberOfChanges: version !== '1.0',
    datastores: own.datastores.map((store) => ownDatastore(store, version)),
  };
}

function ownDatastore({ uri, displayName, types }: OwnDatastore, version: Version): DatastoreInformation {
  // Before 1.2 a CTCap names no version, so a type must not occur with two of them.
  const told = version === '1.2' ? types : types.filter((one) => one === types.find(({ type }) => type === one.type));
  return {
    uri,
    ...(displayName !== undefined && { displayName }),
    maxGuidSize: MAX_GUID_SIZE,
    receives: told,
    sends: told,
    syncTypes: SYNC_TYPES,
    capabilities: told.flatMap((type) => capabilityOf(type) ?? []).filter(({ properties }) => properties.length > 0),
  };
}
