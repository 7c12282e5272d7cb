import type { Command } from '../command.js';
import { EXIT, NoDaemonError } from '../exit.js';
import { Follower } from '../follow.js';
import { timeJson } from '../json.js';
import { Reporter } from '../report.js';
import { clockOf } from '../words.js';

export const watch: Command = {
  name: 'watch',
  summary: 'Tell what happens: devices that come and go, syncs, questions',
  operands: [],
  options: [],
  details: 'It goes on until it is interrupted, also while the daemon is away. With --json every line is an object.',
  async run(context) {
    const daemon = await context.daemon();
    await using follower = await Follower.open(daemon);
    const reporter = new Reporter(daemon, context.screen, (happening) => {
      const now = new Date();
      if (context.json) context.screen.jsonLine({ time: timeJson(BigInt(now.getTime()) * 1000n), ...happening.json });
      else if (happening.text !== '')
        context.screen.line(`${context.screen.styled('dim', clockOf(now))}  ${happening.text}`);
    });
    daemon.onChange((change) => reporter.changed(change));
    follower.onEach((ending) => reporter.ended(ending));
    // Said once nothing can be missed any more.
    reporter.begin();
    if (!context.json && context.screen.isTerminal) context.notes.line('Watching; Ctrl-C ends it.');
    const lost = daemon.bus.ended.then(() => {
      if (!context.signal.aborted) throw new NoDaemonError('the session bus went away');
    });
    const stopped = new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      context.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([stopped, lost]);
    return EXIT.ok;
  },
};
