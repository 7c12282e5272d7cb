import type { TreeChange } from '../dbus/mirror.js';
import { interfaces } from '../dbus/names.js';
import type { Daemon, SeenBinding, SeenDevice } from './daemon.js';
import { nameIn } from './daemon.js';
import { type Ending, endingLines } from './ending.js';
import { sessionLabel } from './follow.js';
import { bindingJson, deviceJson, dictJson, sessionJson, storeJson } from './json.js';
import type { Screen } from './screen.js';
import { shown } from './width.js';
import { labelOf, ownershipOf } from './words.js';

/** Something that happened, for people and for programs; people are spared what says nothing to them. */
export interface Happening {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Makes happenings of changes in the daemon's objects. */
export class Reporter {
  /** What was known of devices, for words on them when they are gone. */
  readonly #labels = new Map<string, string>();

  constructor(
    readonly daemon: Daemon,
    readonly screen: Screen,
    readonly report: (happening: Happening) => void,
  ) {
    this.#remember();
  }

  /** For programs: from here on nothing is missed. */
  begin(): void {
    this.#say('watching', '', {});
  }

  changed(change: TreeChange): void {
    if (change.kind === 'gone') this.#say('daemon-gone', 'cradled went away', {});
    else if (change.kind === 'reset') this.#say('daemon-back', 'cradled is back', {});
    else if (change.kind === 'changed') this.#changed(change.path, change.interface, change.properties);
    else for (const name of change.interfaces) this.#cameOrWent(change.kind, change.path, name);
    this.#remember();
  }

  ended(ending: Ending): void {
    const label = sessionLabel(this.daemon, ending.binding);
    const session = this.daemon.session(ending.path);
    this.#say('session-finished', endingLines(this.screen, ending, label).join('\n          '), {
      ...(session === undefined ? { session: nameIn(ending.path) } : sessionJson(session)),
      result: ending.result,
      details: dictJson(ending.details),
    });
  }

  #cameOrWent(kind: 'added' | 'removed', path: string, name: string): void {
    const came = kind === 'added';
    const device = this.daemon.device(path);
    const binding = this.daemon.binding(path);
    if (name === interfaces.device) {
      const label = this.#labels.get(path) ?? (device === undefined ? shown(nameIn(path)) : labelOf(device));
      const words = came && device !== undefined ? arrival(device) : 'gone';
      this.#say(
        `device-${kind}`,
        `${label}: ${words}`,
        device === undefined ? { id: nameIn(path) } : deviceJson(device),
      );
    } else if (name === interfaces.binding) {
      const words = `binding ${shown(nameIn(path))} ${came ? 'made' : 'taken away'}`;
      this.#say(`binding-${kind}`, words, binding === undefined ? { id: nameIn(path) } : bindingJson(binding));
    } else if (name === interfaces.session) {
      const session = this.daemon.session(path);
      // That the object of an ended session leaves the bus is nothing to a person.
      const words =
        session === undefined
          ? ''
          : `${sessionLabel(this.daemon, session.view.Binding)}: sync begins (${shown(session.view.Cause)})`;
      this.#say(`session-${kind}`, words, session === undefined ? { session: nameIn(path) } : sessionJson(session));
    } else if (name === interfaces.store) {
      const store = this.daemon.stores().find((one) => one.path === path);
      const words = `store ${shown(nameIn(path))} ${came ? 'added' : 'removed'}`;
      this.#say(`store-${kind}`, words, store === undefined ? { name: nameIn(path) } : storeJson(store));
    }
  }

  #changed(path: string, name: string, properties: readonly string[]): void {
    const device = this.daemon.device(path);
    const binding = this.daemon.binding(path);
    const session = this.daemon.session(path);
    const changed = properties.map((property) => `${property.charAt(0).toLowerCase()}${property.slice(1)}`);
    if (name === interfaces.device && device !== undefined)
      this.#say('device-changed', deviceNews(device, properties), { ...deviceJson(device), changed });
    else if (name === interfaces.binding && binding !== undefined)
      this.#say('binding-changed', bindingNews(this.daemon, binding, properties), { ...bindingJson(binding), changed });
    else if (name === interfaces.session && session !== undefined)
      this.#say('session-changed', '', { ...sessionJson(session), changed });
    else if (name === interfaces.store) {
      const store = this.daemon.stores().find((one) => one.path === path);
      if (store !== undefined) this.#say('store-changed', '', { ...storeJson(store), changed });
    }
  }

  #say(event: string, text: string, json: Readonly<Record<string, unknown>>): void {
    this.report({ text, json: { event, ...json } });
  }

  #remember(): void {
    for (const device of this.daemon.devices()) this.#labels.set(device.path, labelOf(device));
  }
}

const arrival = (device: SeenDevice): string =>
  device.view.Present ? `here, ${ownershipOf(device)}` : `known, ${ownershipOf(device)}`;

function deviceNews(device: SeenDevice, properties: readonly string[]): string {
  const label = labelOf(device);
  const { view } = device;
  if (properties.includes('Present')) return `${label}: ${view.Present ? `here, ${ownershipOf(device)}` : 'unplugged'}`;
  if (properties.includes('Ownership')) return `${label}: ${ownershipOf(device)}`;
  if (properties.includes('Label')) return `${label}: this is its name now`;
  if (properties.includes('Identified'))
    return `${label}: ${view.Identified ? 'identified' : 'no rule knows it any more'}`;
  if (properties.includes('SafeToUnplug') && view.SafeToUnplug && view.Present) return `${label}: may be unplugged`;
  return '';
}

function bindingNews(daemon: Daemon, { path, view }: SeenBinding, properties: readonly string[]): string {
  if (!properties.includes('Question') || view.Question === '') return '';
  const message = shown(String(view.QuestionDetails.get('Message') ?? view.Question));
  return `${sessionLabel(daemon, path)}: ${message} ("cradle decide ${shown(nameIn(path))}")`;
}
