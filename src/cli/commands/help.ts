import type { Command } from '../command.js';
import { EXIT, UsageError } from '../exit.js';
import { helpFor, overview } from '../help.js';

/** Made from the table of commands, which it stands in itself. */
export const helpOn = (commands: () => readonly Command[]): Command => ({
  name: 'help',
  summary: 'Say how to use Cradle, or one command',
  operands: [{ name: 'COMMAND', kinds: ['command'], optional: true }],
  options: [],
  async run({ screen, json }, given) {
    const word = given.operands[0];
    const command = commands().find(({ name }) => name === word);
    if (word !== undefined && command === undefined) throw new UsageError(`there is no command "${word}"`);
    if (json) screen.json(commands().map(({ name, summary }) => ({ name, summary })));
    else screen.raw(command === undefined ? overview(screen, commands()) : helpFor(screen, command));
    return EXIT.ok;
  },
});
