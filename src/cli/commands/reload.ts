import type { Command } from '../command.js';
import { EXIT } from '../exit.js';

export const reload: Command = {
  name: 'reload',
  summary: 'Read the rule files anew, and say what is wrong with them',
  operands: [],
  options: [],
  async run({ daemon: open, screen, json }) {
    const daemon = await open();
    await daemon.manager.call('ReloadRules', [{}]);
    const complaints = (await daemon.manager.get('Problems'))
      .filter((problem) => problem.get('Kind') === 'rule')
      .map((problem) => ({ where: String(problem.get('Where')), message: String(problem.get('Message')) }));
    if (json) screen.json({ complaints });
    else {
      for (const { where, message } of complaints) screen.line(`${where}: ${message}`);
      screen.line(
        complaints.length === 0 ? 'The rules were read anew.' : 'The rules were read anew, but for the sections above.',
      );
    }
    return complaints.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
