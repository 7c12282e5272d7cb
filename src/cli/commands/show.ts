import { accountIn } from '../account/list.js';
import type { Command } from '../command.js';
import { nameIn, type SeenBinding, type SeenDevice } from '../daemon.js';
import { EXIT } from '../exit.js';
import { findDevice } from '../find.js';
import { bindingJson, deviceJson } from '../json.js';
import type { Screen } from '../screen.js';
import { shown } from '../width.js';
import { ago, labelOf, lasting, ownershipOf, pairsOf, standing, stateWords } from '../words.js';

export const show: Command = {
  name: 'show',
  summary: 'Show all that is known of a device and its bindings',
  operands: [{ name: 'DEVICE', kinds: ['device'] }],
  options: [],
  async run({ daemon: open, screen, json }, given) {
    const daemon = await open();
    const device = findDevice(daemon, given.first());
    const bindings = device.view.Bindings.flatMap((path) => daemon.binding(path) ?? []);
    if (json) {
      screen.json({ ...deviceJson(device), bindings: bindings.map(bindingJson) });
      return EXIT.ok;
    }
    const { view } = device;
    screen.line(screen.styled('bold', labelOf(device)));
    screen.list([
      ['state', standing(screen, device, bindings)],
      ['id', shown(view.Id)],
      ['maker', shown(view.Manufacturer)],
      ['model', shown(view.Model)],
      ['kind', shown(view.Kind)],
      ['owner', ownershipOf(device)],
      ['spoken to by', shown(view.Plugin) || 'nothing: no rule knows it'],
      ['seen by', view.Transports.map(shown).join(', ')],
      ['here', view.Present ? 'yes' : `no, last seen ${ago(view.LastSeen)}`],
      ['in use by', shown(view.Busy)],
      ['account', accountWords(device)],
      [
        'may be unplugged',
        view.Present && view.Account.size === 0 ? (view.SafeToUnplug ? 'yes' : 'no: "cradle eject" first') : '',
      ],
    ]);
    if (view.Stores.length > 0) {
      screen.line(screen.styled('bold', 'Stores on it'));
      screen.list(
        view.Stores.map((store) => [
          shown(String(store.get('Name') ?? '')),
          shown(`${store.get('Address') ?? ''}  ${store.get('ContentType') ?? ''}`),
        ]),
      );
    }
    for (const binding of bindings) showBinding(screen, binding);
    if (bindings.length === 0 && view.Ownership === 'mine')
      screen.line('It is not bound to anything: see "cradle bind".');
    return EXIT.ok;
  },
};

function accountWords(device: SeenDevice): string {
  const account = accountIn(device);
  if (account === undefined) return '';
  const { protocol, role, address, user } = account;
  const name = user === '' ? '' : ` as ${user}`;
  return shown(role === 'caller' ? `${protocol}: it logs in here${name}` : `${protocol}: ${address}${name}`);
}

function showBinding(screen: Screen, binding: SeenBinding): void {
  const { view } = binding;
  const patterns = (key: string): string => {
    const value = view.Filter.get(key);
    return Array.isArray(value) ? shown(value.join(', ')) : '';
  };
  screen.line(`${screen.styled('bold', 'Binding')} ${shown(nameIn(binding.path))}`);
  screen.list([
    ['state', stateWords(screen, binding)],
    ['question', shown(String(view.QuestionDetails.get('Message') ?? view.Question))],
    ['stores', pairsOf(binding)],
    [
      'starts on',
      [...view.Triggers.map(shown), ...(view.Interval > 0 ? [`every ${lasting(view.Interval)}`] : [])].join(', ') ||
        'request only',
    ],
    ['direction', shown(view.Direction)],
    ['conflicts', shown(view.ConflictPolicy)],
    ['first sync', shown(view.FirstSync)],
    ['include', patterns('include')],
    ['exclude', patterns('exclude')],
    ['options', [...view.Options].map(([key, value]) => shown(`${key}=${String(value)}`)).join(', ')],
    ['last sync', view.LastSync === 0n ? 'never' : `${ago(view.LastSync)}: ${shown(view.LastResult)}`],
  ]);
}
