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

/** What stands between label, bar, percentage and words, and one column that stays free. */
const GAPS = 9;
/** Columns for a count and a state, if there are any to spare. */
const WORDS = 14;

/** Columns for the label and for the bar on a screen of this width. */
function layout(columns: number): { readonly label: number; readonly bar: number } {
  const bar = columns < 72 ? 10 : 24;
  return { bar, label: Math.max(6, Math.min(28, columns - bar - GAPS - WORDS)) };
}

/** One bar a session at the foot of the screen, drawn anew in place. */
function bars(screen: Screen): Progress {
  let drawn: readonly string[] = [];
  const wipe = (): void => {
    if (drawn.length > 0) screen.raw(`\u001b[${drawn.length}A\u001b[J`);
    drawn = [];
  };
  return {
    show(sessions) {
      const width = layout(screen.columns);
      const lines = sessions.map(({ label, view }) => {
        const share = view.Planned === 0 ? 0 : Math.min(1, view.Done / view.Planned);
        const full = Math.round(share * width.bar);
        const bar = screen.styled('cyan', '█'.repeat(full)) + screen.styled('dim', '░'.repeat(width.bar - full));
        const count = view.Planned === 0 ? '' : `${view.Done}/${view.Planned} `;
        const room = Math.max(0, screen.columns - width.label - width.bar - GAPS);
        const words = clipped(`${count}${view.State}`, room);
        const percent = view.Planned === 0 ? '    ' : `${String(Math.floor(share * 100)).padStart(3)}%`;
        return `${padded(clipped(label, width.label), width.label)}  ${bar} ${percent} ${words}`.trimEnd();
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
