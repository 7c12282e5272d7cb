/** One thing the doctor looked at. */
export interface Finding {
  readonly verdict: 'ok' | 'warn' | 'fail';
  /** What was looked at, in two or three words. */
  readonly about: string;
  /** What was found, a sentence without its full stop. */
  readonly found: string;
  /** What to do about it; empty when all is well. */
  readonly next: string;
}

export const ok = (about: string, found: string): Finding => ({ verdict: 'ok', about, found, next: '' });
export const warn = (about: string, found: string, next: string): Finding => ({ verdict: 'warn', about, found, next });
export const fail = (about: string, found: string, next: string): Finding => ({ verdict: 'fail', about, found, next });
