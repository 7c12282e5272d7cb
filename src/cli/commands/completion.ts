import type { Command } from '../command.js';
import { bash } from '../completion/bash.js';
import { fish } from '../completion/fish.js';
import { zsh } from '../completion/zsh.js';
import { EXIT, UsageError } from '../exit.js';

const SHELLS: ReadonlyMap<string, (commands: readonly Command[]) => string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);

export const completionOf = (commands: () => readonly Command[]): Command => ({
  name: 'completion',
  summary: 'Print the completion script of a shell: bash, zsh or fish',
  operands: [{ name: 'SHELL', kinds: ['text'] }],
  options: [],
  async run({ screen, json }, given) {
    const shell = given.first();
    const script = SHELLS.get(shell)?.(commands());
    if (script === undefined) throw new UsageError(`the shells are ${[...SHELLS.keys()].join(', ')}, not "${shell}"`);
    if (json) screen.json({ shell, script });
    else screen.raw(script);
    return EXIT.ok;
  },
});
