import { bindingShape } from '../../dbus/shapes/binding.js';
import { deviceShape } from '../../dbus/shapes/device.js';
import { v } from '../../dbus/variant.js';
import type { Command } from '../command.js';
import { type Daemon, nameIn, type SeenBinding } from '../daemon.js';
import { EXIT, UsageError } from '../exit.js';
import { findBinding, findDevice } from '../find.js';
import {
  CONFLICTS,
  choiceIn,
  DIRECTIONS,
  FIRST_SYNCS,
  filterOf,
  flagIn,
  pairIn,
  secondsIn,
  triggersIn,
} from '../settings.js';
import { shown } from '../width.js';

const KEYS = 'enabled, direction, conflicts, first-sync, triggers, interval, include, exclude, option.NAME, label';

export const set: Command = {
  name: 'set',
  summary: 'Change settings of a binding, or the label of a device',
  operands: [
    { name: 'BINDING', kinds: ['binding', 'device'] },
    { name: 'KEY=VALUE', kinds: ['text'], many: true },
  ],
  options: [],
  details: `Keys: ${KEYS}.\nLists are separated by commas; an empty value empties them. "label" belongs to a DEVICE.`,
  async run({ daemon: open, screen, json }, given) {
    const daemon = await open();
    const [word = '', ...pairs] = given.operands;
    const settings = pairs.map((pair) => pairIn(pair, 'a setting such as direction=to-device'));
    const labels = settings.filter(([key]) => key === 'label');
    const others = settings.filter(([key]) => key !== 'label');
    // Found before anything is changed: a line that means nothing changes nothing.
    const device = labels.length > 0 ? findDevice(daemon, word) : undefined;
    const binding = others.length > 0 ? findBinding(daemon, word) : undefined;
    const changes = binding === undefined ? [] : changesOf(daemon, binding, others);
    if (device !== undefined)
      for (const [, label] of labels) await daemon.at(device.path, deviceShape).set('Label', label);
    for (const apply of changes) await apply();
    const name = binding === undefined ? (device?.view.Id ?? word) : nameIn(binding.path);
    if (json) screen.json({ set: name, ...Object.fromEntries(settings) });
    else
      for (const [key, value] of settings)
        screen.line(`${shown(name)}: ${shown(key)} is now ${shown(value) || 'empty'}.`);
    return EXIT.ok;
  },
};

type Settings = readonly (readonly [string, string])[];

const listed = (value: string): readonly string[] => value.split(',').filter((one) => one !== '');

/** The changes that the settings ask for, checked but not yet made. */
function changesOf(daemon: Daemon, binding: SeenBinding, settings: Settings): readonly (() => Promise<void>)[] {
  const remote = daemon.at(binding.path, bindingShape);
  const changes: (() => Promise<void>)[] = [];
  const filter = new Map<string, readonly string[]>();
  const options = new Map<string, string>();
  for (const [key, value] of settings) {
    if (key === 'enabled') {
      const enabled = flagIn(key, value);
      changes.push(() => remote.set('Enabled', enabled));
    } else if (key === 'direction') {
      choiceIn(key, value, DIRECTIONS);
      changes.push(() => remote.set('Direction', value));
    } else if (key === 'conflicts') {
      choiceIn(key, value, CONFLICTS);
      changes.push(() => remote.set('ConflictPolicy', value));
    } else if (key === 'first-sync') {
      choiceIn(key, value, FIRST_SYNCS);
      changes.push(() => remote.set('FirstSync', value));
    } else if (key === 'triggers') {
      const triggers = triggersIn(listed(value));
      changes.push(() => remote.set('Triggers', triggers));
    } else if (key === 'interval') {
      const seconds = secondsIn(value);
      changes.push(() => remote.set('Interval', seconds));
    } else if (key === 'include' || key === 'exclude') filter.set(key, listed(value));
    else if (/^option\../.test(key)) options.set(key.slice('option.'.length), value);
    else throw new UsageError(`there is no setting "${key}"; there are ${KEYS}`);
  }
  // A filter and the options are one property each: what is not spoken of stays as it is.
  if (filter.size > 0) {
    const patterns = (key: string): readonly string[] => {
      const now = binding.view.Filter.get(key);
      return filter.get(key) ?? (Array.isArray(now) ? now.map(String) : []);
    };
    changes.push(() => remote.set('Filter', filterOf(patterns('include'), patterns('exclude'))));
  }
  if (options.size > 0) {
    const all = new Map([...binding.view.Options].map(([name, now]) => [name, String(now)]));
    for (const [name, value] of options) all.set(name, value);
    const kept = [...all].filter(([, value]) => value !== '').map(([name, value]) => [name, v.s(value)] as const);
    changes.push(() => remote.set('Options', Object.fromEntries(kept)));
  }
  return changes;
}
