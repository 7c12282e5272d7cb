import type { Command } from '../command.js';
import { EXIT } from '../exit.js';

export const resume: Command = {
  name: 'resume',
  summary: 'Let syncs start by themselves again',
  operands: [],
  options: [],
  async run({ daemon: open, screen, json }) {
    const daemon = await open();
    await daemon.manager.set('Paused', false);
    if (json) screen.json({ paused: false });
    else screen.line('Syncs start by themselves again.');
    return EXIT.ok;
  },
};
