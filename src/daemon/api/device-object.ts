import { CradleError } from '../../dbus/errors.js';
import { type ExportedInterface, exportInterface } from '../../dbus/exported.js';
import { deviceShape } from '../../dbus/shapes/device.js';
import { v } from '../../dbus/variant.js';
import type { Device, DeviceId, Identity } from '../../hal/device.js';
import { waysInto } from '../../hal/reach.js';
import { presentable } from '../../hal/words.js';
import { accountDetails, accountOf, setCredentials } from './accounts.js';
import { onlyOptions, text } from './arguments.js';
import { bindingPath, type Domain, microseconds } from './domain.js';
import { eject } from './eject.js';
import { sessionReply, startSession } from './start.js';

const nothingKnown: Identity = {
  manufacturer: '',
  model: '',
  kind: 'unknown',
  icon: '',
  plugin: undefined,
  transport: undefined,
  startedBy: 'us',
  stores: [],
  options: new Map(),
  lasting: false,
};

export function deviceObject(domain: Domain, id: DeviceId): ExportedInterface<typeof deviceShape> {
  const { state, registry } = domain;
  const present = (): Device | undefined => registry.get(id);
  const known = () => state.devices.get(id);
  const identity = (): Identity => present()?.identity ?? known()?.identity ?? nothingKnown;
  const bindings = () => state.bindings.of(id);
  const running = () => domain.queue.sessions.filter((session) => session.binding.device === id && session.busy);
  const touch = () => domain.touch({ kind: 'device', id });

  return exportInterface(deviceShape, {
    properties: {
      Id: () => id,
      Manufacturer: () => identity().manufacturer,
      Model: () => identity().model,
      Label: {
        get: () => known()?.label || defaultLabel(id, identity()),
        set: (value) => {
          const label = presentable(text(value, 'Label', 200));
          state.devices.saw(id, identity(), known()?.lastSeen ?? Date.now());
          state.devices.label(id, label);
          touch();
        },
      },
      Kind: () => identity().kind,
      Icon: () => identity().icon,
      Present: () => present() !== undefined,
      Identified: () => identity().plugin !== undefined,
      Ownership: () => present()?.owner.kind ?? (state.claims.holds(id) ? 'mine' : 'offered'),
      OwnershipReason: () => ownershipReason(present(), state.claims.holds(id)),
      Owner: () => ownerOf(present(), state.claims.holds(id), domain.login),
      Plugin: () => identity().plugin ?? '',
      Transports: () => {
        const device = present();
        return device === undefined ? [] : [...new Set(device.sightings.map((sighting) => sighting.source))];
      },
      Stores: () =>
        // Of somebody else's device no more is shown than what it is and whose.
        present()?.owner.kind === 'other'
          ? []
          : identity().stores.map((hint) => ({
              Name: v.s(hint.name),
              Address: v.s(hint.address),
              ContentType: v.s(hint.contentType),
            })),
      Bindings: () => bindings().map((binding) => bindingPath(binding.id)),
      LastSeen: () => microseconds(domain.presence.lastSeen(id) ?? known()?.lastSeen ?? 0),
      Busy: () => (running().length > 0 ? 'cradle' : ''),
      SafeToUnplug: () => {
        const device = present();
        if (device === undefined || accountOf(domain, id) !== undefined) return true;
        return domain.presence.isReleased(id) || waysInto(device).length === 0;
      },
      Account: () => accountDetails(domain, id),
    },
    methods: {
      Claim: async (options) => {
        onlyOptions(options);
        const device = present();
        if (device === undefined) throw new CradleError('NotConnected', `${id} is not plugged in`);
        if (device.owner.kind === 'other')
          throw new CradleError(
            'NotOwner',
            `${defaultLabel(id, device.identity)} belongs to ${device.owner.login ?? 'somebody else'}`,
          );
        if (!device.identity.lasting)
          domain.log.warn(`${id} has no serial number: the claim holds for whatever hangs on this port`);
        state.devices.saw(id, device.identity);
        state.claims.claim(id);
        await registry.reconsider();
        touch();
      },
      Release: async (options) => {
        onlyOptions(options);
        if (!state.claims.holds(id)) throw new CradleError('NotFound', `${id} is not claimed`);
        domain.queue.cancelDevice(id);
        state.claims.release(id);
        await registry.reconsider();
        touch();
      },
      Forget: async (options) => {
        onlyOptions(options);
        const account = accountOf(domain, id);
        domain.queue.cancelDevice(id);
        for (const binding of bindings()) {
          state.bindings.remove(binding.id);
          domain.touch({ kind: 'binding', id: binding.id });
        }
        state.claims.release(id);
        state.devices.forget(id);
        await domain.contexts.forget(id);
        if (account !== undefined) state.accounts.remove(account.name);
        await registry.reconsider();
        touch();
        // Last, so that a file of passwords that is not to be trusted does not keep the rest from being forgotten.
        await domain.secrets.remove(id, domain.signal);
      },
      SetCredentials: async (user, password, options) => {
        onlyOptions(options);
        await setCredentials(domain, id, text(user, 'user'), text(password, 'password'));
      },
      Eject: async (options) => {
        onlyOptions(options);
        await eject(domain, id);
        touch();
      },
      StartSync: (options) => {
        onlyOptions(options);
        const enabled = bindings().filter((binding) => binding.enabled);
        if (enabled.length === 0) throw new CradleError('NotFound', `${id} has no enabled binding`);
        return enabled.map((binding) => sessionReply(domain, startSession(domain, binding, 'user')));
      },
    },
  });
}

/** Maker and model without saying the maker twice; the id while nothing is known. */
export function defaultLabel(id: DeviceId, { manufacturer, model }: Identity): string {
  if (model === '') return manufacturer || id;
  return manufacturer === '' || model.toLowerCase().startsWith(manufacturer.toLowerCase())
    ? model
    : `${manufacturer} ${model}`;
}

function ownershipReason(device: Device | undefined, claimed: boolean): string {
  if (device === undefined) return claimed ? 'claim' : 'away';
  return device.owner.because;
}

function ownerOf(device: Device | undefined, claimed: boolean, login: string): string {
  if (device?.owner.kind === 'other') return device.owner.login ?? '';
  return device?.owner.kind === 'mine' || (device === undefined && claimed) ? login : '';
}
