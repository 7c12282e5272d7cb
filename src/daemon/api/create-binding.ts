import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, normalize } from 'node:path';
import { CradleError } from '../../dbus/errors.js';
import type { Options } from '../../dbus/variant.js';
import type { DeviceId, StoreHint } from '../../hal/device.js';
import type { StoreAddress } from '../../plugins/contract.js';
import type { Binding, BindingId, StorePair } from '../state/binding.js';
import { isBindingId } from '../state/bindings.js';
import { accountOf } from './accounts.js';
import { readBindingSettings, STARTS } from './binding-settings.js';
import type { Domain } from './domain.js';

/** Binds stores of a device to stores of the desktop. Fails with InvalidArgs, NotFound, NotOwner, StoreUnavailable. */
export async function createBinding(domain: Domain, device: DeviceId, given: Options): Promise<Binding> {
  const known = domain.registry.get(device) ?? domain.state.devices.get(device);
  if (known === undefined) throw new CradleError('NotFound', `there is no device ${device}`);
  const owner = domain.registry.get(device)?.owner;
  if (owner?.kind === 'other' || (owner?.kind !== 'mine' && !domain.state.claims.holds(device)))
    throw new CradleError('NotOwner', `${device} is not yours: claim it first`);
  const settings = readBindingSettings(given, STARTS[accountOf(domain, device)?.role ?? 'plugged']);
  const hints = known.identity.stores;
  const wanted = settings.pairs.length > 0 ? settings.pairs : defaultPairs(domain, hints);
  const pairs: StorePair[] = [];
  for (const pair of wanted) {
    const hint = hints.find((store) => store.name === pair.device);
    if (hint === undefined)
      throw new CradleError(
        'NotFound',
        `${known.identity.model || device} has no store "${pair.device}"; it has ${hints.map((store) => store.name).join(', ') || 'none'}`,
      );
    pairs.push({ device: pair.device, desktop: await desktopStore(domain, pair.desktop, hint) });
  }
  const taken = domain.state.bindings.of(device).flatMap((binding) => binding.pairs);
  for (const pair of pairs)
    if (taken.some((other) => other.device === pair.device && other.desktop === pair.desktop))
      throw new CradleError('InvalidArgs', `${pair.device} is bound to ${pair.desktop} already`);
  const binding: Binding = { ...settings, id: newId(domain), device, pairs };
  // A device that is bound is remembered, also while it is away.
  domain.state.devices.saw(device, known.identity);
  domain.state.bindings.put(binding);
  domain.touch({ kind: 'binding', id: binding.id });
  domain.touch({ kind: 'device', id: device });
  return binding;
}

/** Every store of the device with the desktop's store of the same name or, failing that, for the same kind of content. */
function defaultPairs(domain: Domain, hints: readonly StoreHint[]): readonly StorePair[] {
  const available = domain.stores.list().filter((store) => store.available && !store.added);
  const pairs: StorePair[] = [];
  for (const hint of hints) {
    const free = available.filter(({ address }) => pairs.every((pair) => pair.desktop !== address.name));
    const own =
      free.find(({ address }) => address.name === hint.name) ?? free.find(({ address }) => isKin(hint, address));
    if (own !== undefined) pairs.push({ device: hint.name, desktop: own.address.name });
  }
  if (pairs.length > 0) return pairs;
  throw new CradleError(
    'NotFound',
    hints.length === 0
      ? 'no rule names a store of this device: say which with Pairs'
      : `the desktop has no store for ${hints.map((hint) => hint.name).join(' or ')}: say which with Pairs`,
  );
}

/** Whether what a device's store holds is what a desktop store is there for first of all: a camera's photos, Pictures. */
function isKin(hint: StoreHint, { contentTypes }: StoreAddress): boolean {
  const [first] = contentTypes;
  return first !== undefined && !first.startsWith('*') && hint.contentType.split(';').includes(first);
}

/** A desktop store by its name, or a folder by its path, which is then added as a store. */
async function desktopStore(domain: Domain, word: string, hint: StoreHint): Promise<string> {
  if (domain.stores.get(word) !== undefined) return word;
  if (!isAbsolute(word) && !word.startsWith('~/'))
    throw new CradleError('NotFound', `there is no desktop store "${word}", and it is no absolute path`);
  const address = word.startsWith('~/') ? join(homedir(), word.slice(2)) : word;
  return (await addStore(domain, 'folder', address, hint.contentType.split(';'))).name;
}

/** Adds a store of the user's; one that is there already is given back. */
export async function addStore(
  domain: Domain,
  provider: string,
  address: string,
  contentTypes: readonly string[],
): Promise<StoreAddress> {
  if (!domain.catalogue.stores.has(provider))
    throw new CradleError(
      'NotFound',
      `there is no store provider "${provider}"; there are ${[...domain.catalogue.stores.keys()].join(', ')}`,
    );
  const path = provider === 'folder' ? normalize(address).replace(/(?<=.)\/+$/, '') : address;
  const label = basename(path) || path;
  const store = { name: freeName(domain, label), label, icon: 'folder', provider, address: path, contentTypes };
  const added = await domain.stores.add(store, domain.signal);
  return added.address;
}

function freeName(domain: Domain, label: string): string {
  const stem =
    label
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 40) || 'store';
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (domain.stores.get(name) === undefined) return name;
  }
}

function newId(domain: Domain): BindingId {
  for (;;) {
    const id = `b${randomBytes(4).toString('hex')}`;
    if (isBindingId(id) && domain.state.bindings.get(id) === undefined) return id;
  }
}
