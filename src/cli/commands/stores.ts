import { resolve } from 'node:path';
import type { Command } from '../command.js';
import { nameIn } from '../daemon.js';
import { EXIT } from '../exit.js';
import { findStore } from '../find.js';
import { storeJson } from '../json.js';
import { clipped, shown } from '../width.js';

export const stores: Command = {
  name: 'stores',
  summary: 'List the stores of the desktop, make a folder one, or forget one',
  operands: [],
  options: [
    { name: 'add', value: 'FOLDER', kind: 'folder', summary: 'make this folder a store' },
    { name: 'type', value: 'TYPE', many: true, summary: 'with --add: take only items of this media type' },
    { name: 'remove', value: 'STORE', kind: 'store', summary: 'forget a store that was added; its files stay' },
  ],
  async run(context, given) {
    const daemon = await context.daemon();
    const folder = given.text('add');
    const gone = given.text('remove');
    if (folder !== undefined) {
      const types = given.texts('type');
      const options = types.length === 0 ? {} : { ContentTypes: { signature: 'as', value: types } };
      const [path] = await daemon.manager.call('AddStore', ['folder', resolve(folder), options]);
      if (context.json) context.screen.json({ name: nameIn(path), path });
      else context.screen.line(`${shown(folder)} is now the store ${shown(nameIn(path))}.`);
      return EXIT.ok;
    }
    if (gone !== undefined) {
      const store = findStore(daemon, gone);
      await daemon.manager.call('RemoveStore', [store.path, {}]);
      if (!context.json)
        context.screen.line(`${shown(store.view.Label)} is no store any more; its content is untouched.`);
      return EXIT.ok;
    }
    const all = daemon.stores();
    if (context.json) context.screen.json(all.map(storeJson));
    else if (all.length === 0) context.notes.line('The desktop has no stores; "cradle stores --add FOLDER" makes one.');
    else
      context.screen.table(
        ['STORE', 'LABEL', 'PROVIDER', 'TAKES', 'STATE'],
        all.map(({ view }) => [
          shown(view.Name),
          clipped(shown(view.Label), 32),
          shown(view.Provider),
          clipped(view.ContentTypes.map(shown).join(', '), 40),
          !view.Available
            ? context.screen.styled('red', 'missing')
            : view.ReadOnly
              ? context.screen.styled('yellow', 'read-only')
              : context.screen.styled('green', 'ready'),
        ]),
      );
    return EXIT.ok;
  },
};
