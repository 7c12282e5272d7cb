import { CradleError } from '../../dbus/errors.js';
import type { Options } from '../../dbus/variant.js';
import {
  type Binding,
  CONFLICT_POLICIES,
  DIRECTIONS,
  FIRST_SYNCS,
  type StorePair,
  TRIGGERS,
  type Trigger,
} from '../state/binding.js';
import { count, dictionary, flag, oneOf, onlyOptions, pairs, text, texts } from './arguments.js';

/** What of a binding a caller may choose. */
export type BindingSettings = Omit<Binding, 'id' | 'device'>;

/** A year in seconds: no timer is longer. */
const LONGEST_INTERVAL = 366 * 24 * 3600;

export const readTriggers = (value: unknown): readonly Trigger[] => [
  ...new Set(texts(value, 'Triggers', 16).map((trigger) => oneOf(trigger, TRIGGERS, 'Triggers'))),
];

export const readInterval = (value: unknown): number => count(value, 'Interval', LONGEST_INTERVAL);
export const readDirection = (value: unknown) => oneOf(value, DIRECTIONS, 'Direction');
export const readConflictPolicy = (value: unknown) => oneOf(value, CONFLICT_POLICIES, 'ConflictPolicy');
export const readFirstSync = (value: unknown) => oneOf(value, FIRST_SYNCS, 'FirstSync');

/** `include` and `exclude`: lists of glob patterns on item names. */
export function readFilter(value: unknown): Binding['filter'] {
  const filter: Record<string, readonly string[]> = {};
  for (const [key, patterns] of dictionary(value, 'Filter'))
    filter[oneOf(key, ['include', 'exclude'] as const, 'Filter')] = texts(patterns, `Filter ${key}`);
  return filter;
}

export function readOptions(value: unknown): Binding['options'] {
  const options: Record<string, string> = {};
  const given = dictionary(value, 'Options');
  if (given.size > 64) throw new CradleError('InvalidArgs', 'Options has to be a dictionary of at most 64 names');
  for (const [key, option] of given) options[key] = text(option, `Options ${key}`);
  return options;
}

function readPairs(value: unknown): readonly StorePair[] {
  const list = pairs(value, 'Pairs').map(([device, desktop]) => ({ device, desktop }));
  for (const side of ['device', 'desktop'] as const)
    if (new Set(list.map((pair) => pair[side])).size !== list.length)
      throw new CradleError('InvalidArgs', `Pairs names a ${side} store twice`);
  return list;
}

/** When a binding starts by itself, unless told. */
export type BindingStart = Pick<Binding, 'triggers' | 'interval'>;

/** What is plugged in is synced then; a server has to be asked now and then; who calls knows best. */
export const STARTS: Readonly<Record<'plugged' | 'server' | 'caller', BindingStart>> = {
  plugged: { triggers: ['plug', 'change'], interval: 0 },
  server: { triggers: ['change', 'timer'], interval: 3600 },
  caller: { triggers: ['change'], interval: 0 },
};

/** The settings of CreateBinding over their defaults. Fails with InvalidArgs. */
export function readBindingSettings(given: Options, start: BindingStart = STARTS.plugged): BindingSettings {
  onlyOptions(
    given,
    'Pairs',
    'Enabled',
    'Triggers',
    'Interval',
    'Direction',
    'ConflictPolicy',
    'FirstSync',
    'Filter',
    'Options',
  );
  const read = <T>(name: string, reader: (value: unknown) => T, otherwise: T): T =>
    given.has(name) ? reader(given.get(name)) : otherwise;
  return {
    pairs: read('Pairs', readPairs, []),
    enabled: read('Enabled', (value) => flag(value, 'Enabled'), true),
    triggers: read('Triggers', readTriggers, start.triggers),
    interval: read('Interval', readInterval, start.interval),
    direction: read('Direction', readDirection, 'both'),
    conflictPolicy: read('ConflictPolicy', readConflictPolicy, 'merge'),
    firstSync: read('FirstSync', readFirstSync, 'combine'),
    filter: read('Filter', readFilter, {}),
    options: read('Options', readOptions, {}),
  };
}
