import type { SeenBinding, SeenDevice } from './daemon.js';
import type { Screen } from './screen.js';
import { shown } from './width.js';

/** Words for what the daemon says in codes. */

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** Microseconds since the epoch as a person says it: "5 minutes ago", or the date when that is a week and more. */
export function ago(time: bigint, now: number = Date.now()): string {
  if (time === 0n) return 'never';
  const seconds = Math.round(now / 1000 - Number(time / 1000n) / 1000);
  if (Math.abs(seconds) < 60) return 'just now';
  if (Math.abs(seconds) > 7 * 86_400) return dateOf(time);
  const [unit, length] = UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? (['minute', 60] as const);
  return new Intl.RelativeTimeFormat('en', { numeric: 'always' }).format(-Math.round(seconds / length), unit);
}

const two = (number: number): string => String(number).padStart(2, '0');

export function dateOf(time: bigint): string {
  const date = new Date(Number(time / 1000n));
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockOf(date).slice(0, 5)}`;
}

export const clockOf = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** A length of time for people: 90 is "1 min 30 s". */
export function lasting(seconds: number): string {
  if (seconds === 0) return 'never';
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

export const labelOf = (device: SeenDevice): string => shown(device.view.Label || device.view.Model || device.view.Id);

const REASONS: Readonly<Record<string, string>> = {
  'mine claim': 'yours, as you claimed it',
  'mine rule': 'yours, as a rule says',
  'offered seat': 'offered: claim it to sync it',
  'offered ask': 'offered: a rule asks you to claim it',
  'offered ambiguous': 'offered: several people could own it',
  'offered away': 'not claimed',
  'other rule': 'somebody else’s, as a rule says',
  'other no-access': 'not yours: you may not open it',
  'other seat': 'somebody else’s: it is plugged in at another seat',
};

/** Whose it is and why. */
export function ownershipOf({ view }: SeenDevice): string {
  const words = REASONS[`${view.Ownership} ${view.OwnershipReason}`] ?? `${view.Ownership} (${view.OwnershipReason})`;
  return view.Ownership === 'other' && view.Owner !== '' ? `${words} (${shown(view.Owner)})` : words;
}

/** One word for how a device stands, coloured by how much it wants attention. */
export function standing(screen: Screen, { view }: SeenDevice, bindings: readonly SeenBinding[]): string {
  if (view.Busy !== '') return screen.styled('cyan', 'syncing');
  if (bindings.some((binding) => binding.view.State === 'needs-decision'))
    return screen.styled('yellow', 'needs a decision');
  if (view.Ownership === 'other') return screen.styled('dim', 'not yours');
  if (view.Ownership === 'offered') return screen.styled('yellow', 'offered');
  if (bindings.some((binding) => binding.view.State === 'failing')) return screen.styled('red', 'failing');
  if (!view.Present) return screen.styled('dim', 'away');
  if (bindings.length === 0) return screen.styled('yellow', view.Identified ? 'not bound' : 'unknown');
  if (view.Account.size > 0) return screen.styled('green', 'ready');
  return view.SafeToUnplug ? screen.styled('green', 'may be unplugged') : screen.styled('green', 'ready');
}

export function stateWords(screen: Screen, { view }: SeenBinding): string {
  if (!view.Enabled) return screen.styled('dim', 'disabled');
  switch (view.State) {
    case 'needs-decision':
      return screen.styled('yellow', 'needs a decision');
    case 'failing':
      return screen.styled('red', `failing: ${shown(view.LastResult)}`);
    case 'syncing':
      return screen.styled('cyan', 'syncing');
    default:
      return screen.styled('green', shown(view.State));
  }
}

const ARROWS: Readonly<Record<string, string>> = { both: '⇄', 'to-device': '←', 'to-desktop': '→' };

/** Pairs as device store, arrow, desktop store. */
export const pairsOf = ({ view }: SeenBinding): string =>
  view.Pairs.map(([device, desktop]) => shown(`${device} ${ARROWS[view.Direction] ?? '⇄'} ${desktop}`)).join(', ');

export const counted = (count: number, one: string, many: string = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
