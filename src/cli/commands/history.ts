import type { Options } from '../../dbus/variant.js';
import { v } from '../../dbus/variant.js';
import type { Command } from '../command.js';
import { type Daemon, nameIn } from '../daemon.js';
import { EXIT, UsageError } from '../exit.js';
import { findEither } from '../find.js';
import { timeJson } from '../json.js';
import type { Screen } from '../screen.js';
import { clipped, shown } from '../width.js';
import { dateOf, labelOf, lasting } from '../words.js';

const MOST = 1000;

export const history: Command = {
  name: 'history',
  summary: 'List the syncs there were, newest first',
  operands: [{ name: 'DEVICE|BINDING', kinds: ['device', 'binding'], optional: true }],
  options: [{ name: 'limit', short: 'n', value: 'COUNT', summary: 'no more than so many, 20 unless told' }],
  async run({ daemon: open, screen, notes, json }, given) {
    const limit = Number(given.text('limit') ?? 20);
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
      throw new UsageError(`--limit is a number from 1 to ${MOST}`);
    const daemon = await open();
    const word = given.operands[0];
    const found = word === undefined ? undefined : findEither(daemon, word);
    const binding = found !== undefined && 'binding' in found ? nameIn(found.binding.path) : undefined;
    const device = found !== undefined && 'device' in found ? found.device.path : undefined;
    const [all] = await daemon.manager.call('History', [
      {
        limit: v.u(device === undefined ? limit : MOST),
        ...(binding === undefined ? {} : { binding: v.s(binding) }),
      },
    ]);
    const entries = all.filter((entry) => device === undefined || entry.get('Device') === device).slice(0, limit);
    if (json) screen.json(entries.map(entryJson));
    else if (entries.length === 0) notes.line('There was no sync yet.');
    else
      screen.table(
        ['BEGAN', 'DEVICE', 'CAUSE', 'TOOK', 'RESULT', 'DONE'],
        entries.map((entry) => row(screen, daemon, entry)),
      );
    return EXIT.ok;
  },
};

const text = (entry: Options, key: string): string => String(entry.get(key) ?? '');
const time = (entry: Options, key: string): bigint => {
  const value = entry.get(key);
  return typeof value === 'bigint' ? value : 0n;
};

function row(screen: Screen, daemon: Daemon, entry: Options): readonly string[] {
  const [began, ended] = [time(entry, 'Started'), time(entry, 'Ended')];
  const device = daemon.device(text(entry, 'Device'));
  const result = text(entry, 'Result');
  const style = result === 'finished' ? 'green' : result === 'failed' ? 'red' : 'yellow';
  const seconds = Number((ended - began) / 1_000_000n);
  return [
    dateOf(began),
    clipped(device === undefined ? shown(nameIn(text(entry, 'Device'))) : labelOf(device), 32),
    shown(text(entry, 'Cause')),
    ended === 0n ? '' : seconds < 1 ? '< 1 s' : lasting(seconds),
    screen.styled(style, shown(result)),
    clipped(shown(text(entry, 'ErrorMessage')) || summed(details(entry)), 60),
  ];
}

function details(entry: Options): unknown {
  try {
    return JSON.parse(text(entry, 'Details'));
  } catch {
    return null;
  }
}

/** All counts under one name, wherever they stand in the details. */
function sumOf(value: unknown, name: string): number {
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const [key, one] of Object.entries(value)) {
    if (key === name) sum += typeof one === 'number' ? one : Array.isArray(one) ? one.length : 0;
    else sum += sumOf(one, name);
  }
  return sum;
}

function summed(value: unknown): string {
  const words = [
    ['created', 'new'],
    ['changed', 'changed'],
    ['removed', 'removed'],
    ['conflicts', 'in conflict'],
    ['refused', 'refused'],
  ] as const;
  const told = words.map(([key, word]) => [sumOf(value, key), word] as const).filter(([count]) => count > 0);
  return told.length === 0 ? 'nothing to do' : told.map(([count, word]) => `${count} ${word}`).join(', ');
}

function entryJson(entry: Options): Record<string, unknown> {
  const nullable = (key: string): string | null => text(entry, key) || null;
  return {
    session: nameIn(text(entry, 'Session')),
    binding: nameIn(text(entry, 'Binding')),
    device: nameIn(text(entry, 'Device')),
    cause: text(entry, 'Cause'),
    started: timeJson(time(entry, 'Started')),
    ended: timeJson(time(entry, 'Ended')),
    result: text(entry, 'Result'),
    errorName: nullable('ErrorName'),
    errorMessage: nullable('ErrorMessage'),
    details: details(entry),
  };
}
