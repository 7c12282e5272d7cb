import { resolve } from 'node:path';
import type { Dict } from '../../dbus/variant.js';
import { v } from '../../dbus/variant.js';
import type { Arguments } from '../arguments.js';
import type { Command, Context } from '../command.js';
import { type Daemon, nameIn, type SeenDevice } from '../daemon.js';
import { EXIT, NotFoundError } from '../exit.js';
import { findDevice, findStore } from '../find.js';
import { bindingJson } from '../json.js';
import { filterOf, pairIn, SETTINGS, secondsIn, triggersIn, withHome } from '../settings.js';
import { shown } from '../width.js';
import { labelOf, pairsOf } from '../words.js';

export const bind: Command = {
  name: 'bind',
  summary: 'Bind stores of a device to stores or folders of the desktop',
  operands: [
    { name: 'DEVICE', kinds: ['device'] },
    { name: 'STORE=PLACE', kinds: ['text'], optional: true, many: true },
  ],
  options: SETTINGS,
  details:
    'STORE is a store of the device ("cradle show"), PLACE a store of the desktop ("cradle stores") or a folder.\n' +
    'Without pairs every store of the device that the desktop has one of the same name for is bound.',
  async run(context, given) {
    const daemon = await context.daemon();
    const [word = '', ...pairs] = given.operands;
    const device = findDevice(daemon, word);
    const settings = { ...settingsIn(given), ...pairsIn(context, daemon, device, pairs) };
    const [path] = await daemon.manager.call('CreateBinding', [device.path, settings, {}]);
    const binding = daemon.binding(path);
    if (context.json) context.screen.json(binding === undefined ? { id: nameIn(path), path } : bindingJson(binding));
    else {
      const what = binding === undefined ? '' : `: ${pairsOf(binding)}`;
      context.screen.line(`${labelOf(device)} is bound (${shown(nameIn(path))})${what}.`);
    }
    return EXIT.ok;
  },
};

function settingsIn(given: Arguments): Dict {
  const direction = given.text('direction');
  const conflicts = given.text('conflicts');
  const first = given.text('first-sync');
  const interval = given.text('interval');
  const triggers = given.texts('trigger');
  const filter = filterOf(given.texts('include'), given.texts('exclude'));
  return {
    ...(direction === undefined ? {} : { Direction: v.s(direction) }),
    ...(conflicts === undefined ? {} : { ConflictPolicy: v.s(conflicts) }),
    ...(first === undefined ? {} : { FirstSync: v.s(first) }),
    ...(interval === undefined ? {} : { Interval: v.u(secondsIn(interval)) }),
    ...(triggers.length === 0 ? {} : { Triggers: v.as(triggersIn(triggers)) }),
    ...(Object.keys(filter).length === 0 ? {} : { Filter: v.dict(filter) }),
  };
}

function pairsIn({ environment }: Context, daemon: Daemon, device: SeenDevice, words: readonly string[]): Dict {
  if (words.length === 0) return {};
  const names = device.view.Stores.map((store) => String(store.get('Name') ?? ''));
  const pairs = words.map((word): readonly [string, string] => {
    const [store, place] = pairIn(word, 'a pair such as Music=~/Music');
    if (!names.includes(store))
      throw new NotFoundError(`${labelOf(device)} has no store "${shown(store)}"`, names.map(shown));
    // A folder is told by its look, so that a store called as a folder here is not taken for it.
    const folder = /[/~]/.test(place) || place === '.' || place === '..';
    return [store, folder ? resolve(withHome(place, environment)) : findStore(daemon, place).view.Name];
  });
  return { Pairs: v.ass(pairs) };
}
