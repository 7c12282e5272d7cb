import type { Command } from '../command.js';
import { nameIn } from '../daemon.js';
import { EXIT } from '../exit.js';
import { bindingJson } from '../json.js';
import { clipped, shown } from '../width.js';
import { ago, labelOf, pairsOf, stateWords } from '../words.js';

export const bindings: Command = {
  name: 'bindings',
  summary: 'List what is bound to what',
  operands: [],
  options: [],
  async run(context) {
    const daemon = await context.daemon();
    const all = daemon.bindings();
    if (context.json) context.screen.json(all.map(bindingJson));
    else if (all.length === 0) context.notes.line('Nothing is bound; "cradle bind DEVICE" does that.');
    else
      context.screen.table(
        ['BINDING', 'DEVICE', 'STORES', 'STATE', 'LAST SYNC'],
        all.map((binding) => {
          const device = daemon.device(binding.view.Device);
          return [
            shown(nameIn(binding.path)),
            clipped(device === undefined ? shown(nameIn(binding.view.Device)) : labelOf(device), 32),
            clipped(pairsOf(binding), 48),
            stateWords(context.screen, binding),
            ago(binding.view.LastSync),
          ];
        }),
      );
    return EXIT.ok;
  },
};
