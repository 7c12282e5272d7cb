import type { Device, StoreHint } from '../../hal/device.js';
import type { StoreInfo } from '../contract.js';
import { essence } from '../media-types.js';
import { CALENDAR } from './content/calendar.js';
import { CARD } from './content/card.js';
import { FILE } from './content/file.js';
import { NOTE } from './content/note.js';
import type { DatastoreInformation, DeviceInformation } from './devinf/device-information.js';
import { plainUri } from './dialogue/uri.js';

/** What kind of things a datastore holds. */
export type Family = 'card' | 'calendar' | 'note' | 'file' | 'opaque';

/** A datastore of the device that a rule or an account names. */
export interface Datastore {
  /** Ours. */
  readonly name: string;
  /** The device's name of it, as the rule or the account says. */
  readonly address: string;
  /** The same, as the device itself says. */
  readonly uri: string;
  readonly family: Family;
  /** Media types as the rule says. */
  readonly types: readonly string[];
  readonly information: DatastoreInformation | undefined;
}

const FAMILIES: ReadonlyMap<string, Family> = new Map([
  ['text/vcard', 'card'],
  ['text/x-vcard', 'card'],
  ['text/directory', 'card'],
  ['text/calendar', 'calendar'],
  ['text/x-vcalendar', 'calendar'],
  ['text/plain', 'note'],
  ['text/x-vnote', 'note'],
  [FILE, 'file'],
]);

const familyOf = (type: string): Family => FAMILIES.get(essence(type)) ?? 'opaque';

/** The datastores a device's rule names, each with what the device says of it, whatever it calls it. */
export function datastoresOf(device: Device, told: DeviceInformation | undefined): readonly Datastore[] {
  const { identity, evidence } = device;
  const hints = identity.stores.map((hint): StoreHint => {
    const address = evidence.get(`account.store.${hint.name}`);
    return address === undefined ? hint : { ...hint, address };
  });
  const taken = new Set<DatastoreInformation>();
  const byName = new Map<StoreHint, DatastoreInformation>();
  for (const hint of hints) {
    const found = told?.datastores.find(({ uri }) => plainUri(uri) === plainUri(hint.address));
    if (found === undefined) continue;
    byName.set(hint, found);
    taken.add(found);
  }
  return hints.map((hint) => {
    const types = hint.contentType.split(/[;,\s]+/).filter((type) => type !== '');
    const family = familyOf(types[0] ?? '');
    const information = byName.get(hint) ?? byType(told, family, taken);
    if (information !== undefined) taken.add(information);
    return {
      name: hint.name,
      address: hint.address,
      uri: information?.uri ?? hint.address,
      family,
      types,
      information,
    };
  });
}

/** One that nobody has named, of the same kind. */
function byType(
  told: DeviceInformation | undefined,
  family: Family,
  taken: ReadonlySet<DatastoreInformation>,
): DatastoreInformation | undefined {
  if (family === 'opaque') return undefined;
  return told?.datastores.find(
    (one) => !taken.has(one) && [...one.receives, ...one.sends].some(({ type }) => familyOf(type) === family),
  );
}

const CANONICAL: Readonly<Record<Family, readonly string[] | undefined>> = {
  card: [CARD],
  calendar: [CALENDAR],
  note: [NOTE],
  file: ['*'],
  opaque: undefined,
};

const ICONS: Readonly<Record<Family, string>> = {
  card: 'x-office-address-book',
  calendar: 'x-office-calendar',
  note: 'x-office-document',
  file: 'folder',
  opaque: 'folder',
};

/** As the engine and people see it. `instance` names what is known of the device: another one is another data set. */
export function infoOf(
  { name, address, family, types, information }: Datastore,
  device: Device,
  instance: string,
): StoreInfo {
  return {
    name,
    label: information?.displayName?.trim() || name.charAt(0).toUpperCase() + name.slice(1),
    icon: ICONS[family],
    identity: `syncml:${device.id}:${plainUri(address)}:${instance}`,
    contentTypes: CANONICAL[family] ?? types,
    readOnly: information !== undefined && information.receives.length === 0 && information.sends.length > 0,
  };
}
