import type { SeenSession } from './daemon.js';
import type { Screen } from './screen.js';
import { clipped, padded } from './width.js';

/** Shows sessions while they run, and lines that stay. */
export interface Progress {
  show(sessions: readonly (SeenSession & { readonly label: string })[]): void;
  say(lines: readonly string[]): void;
  close(): void;
}

export const progressOn = (screen: Screen): Progress => (screen.isTerminal ? bars(screen) : plainLines(screen));

const BAR = 24;
const LABEL = 28;

/** One bar a session at the foot of the screen, drawn anew in place. */
function bars(screen: Screen): Progress {
  let drawn: readonly string[] = [];
  const wipe = (): void => {
    if (drawn.length > 0) screen.raw(`\u001b[${drawn.length}A\u001b[J`);
    drawn = [];
  };
  return {
    show(sessions) {
      const lines = sessions.map(({ label, view }) => {
        const share = view.Planned === 0 ? 0 : Math.min(1, view.Done / view.Planned);
        const full = Math.round(share * BAR);
        const bar = screen.styled('cyan', '█'.repeat(full)) + screen.styled('dim', '░'.repeat(BAR - full));
        const count = view.Planned === 0 ? '' : `${view.Done}/${view.Planned} `;
        const room = Math.max(0, screen.columns - LABEL - BAR - 9);
        const words = clipped(`${count}${view.State}`, room);
        const percent = view.Planned === 0 ? '    ' : `${String(Math.floor(share * 100)).padStart(3)}%`;
        return `${padded(clipped(label, LABEL), LABEL)}  ${bar} ${percent} ${words}`.trimEnd();
      });
      if (lines.join('\n') === drawn.join('\n')) return;
      wipe();
      for (const line of lines) screen.line(line);
      drawn = lines;
    },
    say(lines) {
      wipe();
      for (const line of lines) screen.line(line);
    },
    close: wipe,
  };
}

/** A line at each change of state and each tenth of the work: for logs and pipes. */
function plainLines(screen: Screen): Progress {
  const told = new Map<string, string>();
  return {
    show(sessions) {
      for (const { path, label, view } of sessions) {
        const tenth = view.Planned === 0 ? 0 : Math.floor((view.Done / view.Planned) * 10);
        const key = `${view.State} ${tenth}`;
        if (told.get(path) === key) continue;
        told.set(path, key);
        const count = view.Planned === 0 ? '' : ` ${view.Done}/${view.Planned}`;
        screen.line(`${label}: ${view.State}${count}`);
      }
    },
    say(lines) {
      for (const line of lines) screen.line(line);
    },
    close() {},
  };
}
