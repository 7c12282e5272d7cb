import { DAY, HOUR, MINUTE } from './civil.js';

/** A length of time: days are the calendar's, seconds exact ones (RFC 5545 section 3.3.6). Both have the same sign. */
export interface Duration {
  readonly days: number;
  readonly seconds: number;
}

const FORM = /^([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/i;

/** `-P1DT2H`, `PT15M`, `P2W`; ISO 8601 years and months have no fixed length and are none. */
export function durationOf(text: string): Duration | undefined {
  const match = FORM.exec(text.trim());
  if (match === null || !/\d/.test(text)) return undefined;
  const sign = match[1] === '-' ? -1 : 1;
  const part = (index: number): number => Number(match[index] ?? 0);
  const days = part(2) * 7 + part(3);
  const seconds = part(4) * HOUR + part(5) * MINUTE + part(6);
  // No zero may be negative, else equal lengths would differ.
  return { days: days === 0 ? 0 : sign * days, seconds: seconds === 0 ? 0 : sign * seconds };
}

export function durationText({ days, seconds }: Duration): string {
  const sign = days < 0 || seconds < 0 ? '-' : '';
  const [wholeDays, rest] = [Math.abs(days), Math.abs(seconds)];
  if (rest === 0) return wholeDays > 0 && wholeDays % 7 === 0 ? `${sign}P${wholeDays / 7}W` : dayText(sign, wholeDays);
  const parts = [
    [Math.floor(rest / HOUR), 'H'],
    [Math.floor((rest % HOUR) / MINUTE), 'M'],
    [rest % MINUTE, 'S'],
  ] as const;
  const time = parts.map(([value, unit]) => (value === 0 ? '' : `${value}${unit}`)).join('');
  return `${sign}P${wholeDays === 0 ? '' : `${wholeDays}D`}T${time}`;
}

const dayText = (sign: string, days: number): string => (days === 0 ? 'PT0S' : `${sign}P${days}D`);

/** Seconds, a day taken as 24 hours. */
export const lengthOf = ({ days, seconds }: Duration): number => days * DAY + seconds;

/** That many seconds, as days where they are whole ones. */
export const durationFrom = (seconds: number): Duration =>
  seconds % DAY === 0 ? { days: seconds / DAY, seconds: 0 } : { days: 0, seconds };
