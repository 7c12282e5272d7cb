import { CradleError } from '../../../dbus/errors.js';

/** Bounds on what is read: beyond them a text is refused with InvalidItem, before it costs memory or time. */
export interface Limits {
  readonly bytes: number;
  /** Physical lines. */
  readonly lines: number;
  /** Of one component. */
  readonly properties: number;
  /** Components inside components. */
  readonly depth: number;
  /** Parameters of one property. */
  readonly parameters: number;
}

/** Generous for a card with a photo or a year of a calendar in one text. */
export const LIMITS: Limits = {
  bytes: 16 * 1024 * 1024,
  lines: 1_000_000,
  properties: 10_000,
  depth: 16,
  parameters: 256,
};

export const broken = (line: number, complaint: string): CradleError =>
  new CradleError('InvalidItem', `line ${line} ${complaint}`);

/** The beginning of a text that somebody else wrote, for an error: one line, printable, short. */
export const glimpse = (text: string): string => {
  const line = text.slice(0, 40).replace(/[^\x20-\x7e\xa1-\uffff]/g, '.');
  return `“${line}${text.length > 40 ? '…' : ''}”`;
};
