import { CradleError } from '../../dbus/errors.js';
import { type ExportedInterface, exportInterface } from '../../dbus/exported.js';
import { API_VERSION, ERROR_PREFIX } from '../../dbus/names.js';
import { managerShape } from '../../dbus/shapes/manager.js';
import { type Dict, v } from '../../dbus/variant.js';
import { isBindingId } from '../state/bindings.js';
import type { HistoryEntry } from '../state/history.js';
import { createAccount } from './accounts.js';
import { count, flag, onlyOptions, text, texts } from './arguments.js';
import { addStore, createBinding } from './create-binding.js';
import { bindingPath, type Domain, deviceAt, devicePath, microseconds, sessionPath, storePath } from './domain.js';

/** An evidence file a caller may hand in, in characters. */
const LONGEST_EVIDENCE = 256 * 1024;
const LONGEST_HISTORY = 1000;

export function managerObject(domain: Domain): ExportedInterface<typeof managerShape> {
  return exportInterface(managerShape, {
    properties: {
      Version: () => domain.version,
      ApiVersion: () => API_VERSION,
      Probing: () => domain.registry.probing,
      Paused: {
        get: () => domain.holds.paused,
        set: (value) => {
          domain.state.settings.put('paused', flag(value, 'Paused') ? 'true' : undefined);
          domain.holds.paused = value;
          domain.touch({ kind: 'manager' });
        },
      },
      Models: () =>
        domain.models().map(({ manufacturer, model, kind }) => ({
          Manufacturer: v.s(manufacturer),
          Model: v.s(model),
          Kind: v.s(kind),
        })),
      Problems: () =>
        domain
          .problems()
          .map(({ kind, where, message }) => ({ Kind: v.s(kind), Where: v.s(where), Message: v.s(message) })),
      Listeners: () =>
        domain.ears().map(({ protocol, state, where, message }) => ({
          Protocol: v.s(protocol),
          State: v.s(state),
          Where: v.s(where),
          Message: v.s(message),
        })),
    },
    methods: {
      CreateAccount: async (settings, options) => {
        onlyOptions(options);
        return devicePath(await createAccount(domain, settings));
      },
      CreateBinding: async (device, settings, options) => {
        onlyOptions(options);
        return bindingPath((await createBinding(domain, deviceAt(domain, device), settings)).id);
      },
      AddStore: async (provider, address, options) => {
        onlyOptions(options, 'ContentTypes');
        const types = options.has('ContentTypes') ? texts(options.get('ContentTypes'), 'ContentTypes', 64) : ['*'];
        return storePath(
          (await addStore(domain, text(provider, 'provider', 64), text(address, 'address'), types)).name,
        );
      },
      RemoveStore: (path, options) => {
        onlyOptions(options);
        const store = domain.stores.list().find(({ address }) => storePath(address.name) === path);
        if (store === undefined) throw new CradleError('NotFound', `there is no store at ${path.slice(0, 200)}`);
        const { name } = store.address;
        const user = domain.state.bindings
          .list()
          .find((binding) => binding.pairs.some((pair) => pair.desktop === name));
        if (user !== undefined) throw new CradleError('Busy', `${name} is used by the binding ${user.id}`);
        domain.stores.remove(name);
      },
      Explain: (device, options) => {
        onlyOptions(options, 'evidence');
        if (options.has('evidence'))
          return domain.registry.explainEvidence(text(options.get('evidence'), 'evidence', LONGEST_EVIDENCE));
        return domain.registry.explain(deviceAt(domain, device));
      },
      Record: (device, options) => {
        onlyOptions(options, 'redact');
        const redact = options.has('redact') && flag(options.get('redact'), 'redact');
        return domain.registry.evidenceFile(deviceAt(domain, device), { redact });
      },
      ReloadRules: async (options) => {
        onlyOptions(options);
        await domain.reloadRules();
        domain.touch({ kind: 'manager' });
      },
      Inhibit: async (reason, options, caller) => {
        onlyOptions(options);
        const first = !domain.holds.holds(caller.name);
        const { cookie } = domain.holds.add(text(reason, 'reason'), caller.name);
        if (first) await releaseWithCaller(domain, caller.name);
        return cookie;
      },
      Uninhibit: (cookie, options, caller) => {
        onlyOptions(options);
        domain.holds.remove(cookie, caller.name);
      },
      History: (options) => {
        onlyOptions(options, 'binding', 'limit');
        const limit = options.has('limit') ? count(options.get('limit'), 'limit', LONGEST_HISTORY) : 100;
        const binding = options.has('binding') ? text(options.get('binding'), 'binding', 64) : '';
        return domain.state.history.list(isBindingId(binding) ? { binding, limit } : { limit }).map(historyEntry);
      },
    },
  });
}

/** A program that dies or leaves the bus holds nothing any longer. */
async function releaseWithCaller(domain: Domain, caller: string): Promise<void> {
  let watch: AsyncDisposable | undefined;
  watch = await domain.bus.watchName(caller, (owner) => {
    if (owner !== undefined) return;
    domain.holds.release(caller);
    void watch?.[Symbol.asyncDispose]();
  });
}

function historyEntry(entry: HistoryEntry): Dict {
  return {
    Session: v.o(sessionPath(entry.number)),
    Binding: v.o(bindingPath(entry.binding)),
    Device: v.o(devicePath(entry.device)),
    Cause: v.s(entry.cause),
    Started: v.t(microseconds(entry.started)),
    Ended: v.t(microseconds(entry.ended ?? 0)),
    Result: v.s(entry.result),
    ErrorName: v.s(entry.errorCode === undefined ? '' : `${ERROR_PREFIX}${entry.errorCode}`),
    ErrorMessage: v.s(entry.errorMessage ?? ''),
    Details: v.s(JSON.stringify(entry.details)),
  };
}
