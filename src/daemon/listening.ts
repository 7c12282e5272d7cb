import { CradleError } from '../dbus/errors.js';
import { systemClock } from '../hal/clock.js';
import type { Registry } from '../hal/registry.js';
import type { Catalogue } from '../plugins/catalogue.js';
import type { Log } from '../plugins/contract.js';
import { Listener } from './alert/listener.js';
import { Switchboard } from './alert/switchboard.js';
import type { PluginSettings } from './plugin-settings.js';
import type { Contexts } from './session/contexts.js';
import type { Holds } from './session/holds.js';
import type { Lines } from './session/line.js';
import type { Queue } from './session/queue.js';
import type { Session } from './session/session.js';
import { accountDevice, ours } from './session/surroundings.js';
import type { Binding } from './state/binding.js';
import type { State } from './state/state.js';

export interface ListeningParts {
  readonly catalogue: Catalogue;
  readonly state: State;
  readonly registry: Registry;
  readonly queue: Queue;
  readonly lines: Lines;
  readonly holds: Holds;
  readonly contexts: Contexts;
  /** As they stand now. */
  readonly settings: () => PluginSettings;
  readonly start: (binding: Binding) => Session;
  readonly changed: () => void;
  readonly log: Log;
  /** Ends when the daemon is to stop: no call is put through any more. */
  readonly stop: AbortSignal;
}

/** All that lets devices begin a sync from their side. */
export function createListener(parts: ListeningParts): Listener {
  const { registry, state, queue, lines, holds, contexts, log } = parts;
  const switchboard = new Switchboard({
    device: (id) => registry.get(id),
    bindings: (id) => state.bindings.of(id),
    queue,
    lines,
    objection: () => {
      if (parts.stop.aborted) return 'the daemon ends';
      if (holds.paused) return 'syncing is paused';
      return holds.inhibited ? 'a program keeps syncs from starting' : undefined;
    },
    start: parts.start,
    clock: systemClock,
    log,
  });
  return new Listener({
    protocols: [...parts.catalogue.protocols.values()],
    accounts: state.accounts,
    settings: (protocol) => parts.settings().get(protocol) ?? new Map(),
    context: async (account) => {
      const device = accountDevice(registry, account.name);
      if (device === undefined) return undefined;
      try {
        return await contexts.of(ours(device));
      } catch (error) {
        if (error instanceof CradleError && error.code === 'NotOwner') return undefined;
        throw error;
      }
    },
    put: (call, protocol, signal) => switchboard.put(call, protocol, signal),
    changed: parts.changed,
    clock: systemClock,
    log,
  });
}
