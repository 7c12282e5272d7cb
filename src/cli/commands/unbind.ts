import { bindingShape } from '../../dbus/shapes/binding.js';
import type { Command } from '../command.js';
import { nameIn } from '../daemon.js';
import { EXIT } from '../exit.js';
import { findBinding } from '../find.js';
import { shown } from '../width.js';

export const unbind: Command = {
  name: 'unbind',
  summary: 'Take a binding away; files stay on both sides',
  operands: [{ name: 'BINDING', kinds: ['binding'] }],
  options: [],
  async run({ daemon: open, screen, json }, given) {
    const daemon = await open();
    const binding = findBinding(daemon, given.first());
    await daemon.at(binding.path, bindingShape).call('Remove', [{}]);
    if (json) screen.json({ binding: nameIn(binding.path), done: 'removed' });
    else screen.line(`The binding ${shown(nameIn(binding.path))} is gone; files stay on both sides.`);
    return EXIT.ok;
  },
};
