import type { Command } from '../command.js';
import { EXIT } from '../exit.js';

export const pause: Command = {
  name: 'pause',
  summary: 'Start no sync by itself until "cradle resume"',
  operands: [],
  options: [],
  async run({ daemon: open, screen, json }) {
    const daemon = await open();
    await daemon.manager.set('Paused', true);
    if (json) screen.json({ paused: true });
    else screen.line('Cradle is paused: no sync starts by itself.');
    return EXIT.ok;
  },
};
