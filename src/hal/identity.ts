import { DEVICE_KINDS, type DeviceKind, type Evidence, type Identity, type Match, type StoreHint } from './device.js';
import { splitStore } from './rule-keys.js';
import { fillIn } from './template.js';
import { ownManufacturer, ownModel, presentable } from './words.js';

/** Names of the icon naming specification, for devices whose rules name none. */
const ICONS: Readonly<Record<DeviceKind, string>> = {
  phone: 'phone',
  pda: 'pda',
  player: 'multimedia-player',
  camera: 'camera-photo',
  tablet: 'pda',
  storage: 'drive-removable-media',
  account: 'network-server',
  unknown: 'drive-removable-media',
};

/** What the rules make of a device. Where they name no manufacturer or model, its own words stand, with udev's. */
export function identityOf(match: Match, evidence: Evidence, lasting: boolean): Identity {
  const { assignments } = match;
  const filled = (key: string): string | undefined => {
    const value = assignments.get(key);
    return value === undefined ? undefined : fillIn(value, evidence);
  };
  const kind = DEVICE_KINDS.find((known) => known === assignments.get('Kind')) ?? 'unknown';
  const plugin = assignments.get('Plugin');
  const stores: StoreHint[] = [];
  const options = new Map<string, string>();
  for (const [key, value] of assignments) {
    if (key.startsWith('Store.')) {
      const hint = splitStore(value);
      const address = hint === undefined ? undefined : fillIn(hint.address, evidence);
      // A fact is never told apart from the address around it, so it must not bring characters no address has.
      if (hint !== undefined && address !== undefined && !/\p{Cc}/u.test(address))
        stores.push({ name: key.slice('Store.'.length), address, contentType: hint.contentType });
    } else if (plugin !== undefined && key.startsWith(`${plugin}.`)) {
      const option = fillIn(value, evidence);
      if (option !== undefined) options.set(key, option);
    }
  }
  return {
    manufacturer: presentable(
      filled('Manufacturer') ?? ownManufacturer(evidence) ?? evidence.get('udev.ID_VENDOR_FROM_DATABASE') ?? '',
    ),
    model: presentable(filled('Model') ?? ownModel(evidence) ?? evidence.get('udev.ID_MODEL_FROM_DATABASE') ?? ''),
    kind,
    icon: assignments.get('Icon') ?? ICONS[kind],
    plugin,
    transport: assignments.get('Transport'),
    startedBy: assignments.get('StartedBy') === 'device' ? 'device' : 'us',
    stores: stores.sort((left, right) => (left.name < right.name ? -1 : 1)),
    options,
    lasting,
  };
}

/** What a device is, under the keys that rules use: what an [Expect] section holds. */
export function expectationOf(match: Match, identity: Identity): ReadonlyMap<string, string> {
  const found = new Map<string, string>([
    ['Manufacturer', identity.manufacturer],
    ['Model', identity.model],
    ['Kind', identity.kind],
    ['Icon', identity.icon],
    ['Plugin', identity.plugin ?? ''],
    ['Transport', identity.transport ?? ''],
    ['StartedBy', identity.startedBy],
  ]);
  for (const key of ['DeviceId', 'Ignore', 'Owner', 'Probe']) found.set(key, match.assignments.get(key) ?? '');
  for (const { name, address, contentType } of identity.stores) found.set(`Store.${name}`, `${address} ${contentType}`);
  for (const [key, value] of identity.options) found.set(key, value);
  return found;
}
