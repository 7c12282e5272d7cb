import type { Log } from '../plugins/contract.js';

/** Levels by their syslog number (RFC 5424, table 2), which sd-daemon(3) reads as a `<N>` prefix. */
const LEVELS = { error: 3, warn: 4, info: 6, debug: 7 } as const;
export type LogLevel = keyof typeof LEVELS;

export const isLogLevel = (text: string): text is LogLevel => Object.hasOwn(LEVELS, text);

/** Writes one line a message to `stream`, with journald's level prefix when the journal reads it. */
export function createLog(level: LogLevel, journal: boolean, stream: { write(text: string): unknown }): Log {
  const write = (at: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (LEVELS[at] > LEVELS[level]) return;
    // A newline in a device's name must not forge a line of its own.
    const text = (fields === undefined ? message : `${message} ${formatFields(fields)}`).replaceAll(/\p{Cc}+/gu, ' ');
    stream.write(journal ? `<${LEVELS[at]}>${text}\n` : `${at}: ${text}\n`);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function formatFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${formatValue(hidden(key, value))}`)
    .join(' ');
}

function formatValue(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(chain(value));
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value, hidden) ?? 'undefined';
}

/** Nobody means to log a password; one that gets here all the same, in whatever it is part of, goes no further. */
const hidden = (key: string, value: unknown): unknown =>
  /password|secret|credential/i.test(key) && value !== undefined ? '(hidden)' : value;

/** An error with what caused it, in one sentence each; no stack, which tells a user nothing. */
function chain(error: Error): string {
  const causes: string[] = [];
  for (let at: unknown = error; at instanceof Error && causes.length < 5; at = at.cause) causes.push(at.message);
  return causes.join(': ');
}
