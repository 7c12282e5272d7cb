import { VERSION } from '../../dbus/version.js';
import type { Version } from './codec/document.js';
import { FILE } from './content/file.js';
import type { Datastore, Family } from './datastores.js';
import type { ContentType, DeviceInformation } from './devinf/device-information.js';
import { OWN_TYPES, ownInformation } from './devinf/own-information.js';

const TYPES: Readonly<Record<Family, readonly ContentType[] | undefined>> = {
  card: OWN_TYPES.contacts,
  calendar: OWN_TYPES.calendar,
  note: OWN_TYPES.notes,
  file: [{ type: FILE, version: '1.2' }],
  opaque: undefined,
};

/** What we tell a device of ourselves: of those of its datastores that somebody wants. */
export const ourselves = (
  role: 'client' | 'server',
  deviceId: string,
  version: Version,
  datastores: readonly { readonly datastore: Datastore; readonly uri: string }[],
): DeviceInformation =>
  ownInformation({
    version,
    deviceId,
    role,
    software: VERSION,
    datastores: datastores.map(({ datastore: { family, types }, uri }) => ({
      uri,
      types: TYPES[family] ?? types.map((type): ContentType => ({ type, version: '1.0' })),
    })),
  });
