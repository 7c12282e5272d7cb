import { ALERT, modeOfAlert, needsNoAnchors, STATUS } from './codes.js';
import type { CutSession, SyncAnchors, SyncMode } from './conversation.js';

export interface Agreement {
  /** Of the Alert. */
  readonly code: number;
  readonly mode: SyncMode;
  readonly resumed: boolean;
}

/**
 * What a server makes of the Alert of a client: DS Protocol 1.2, sections 5.2 (anchors) and 5.12 (resumption). Undefined
 * where it asks for nothing we know.
 */
export function agree(
  code: number,
  last: string | undefined,
  anchors: SyncAnchors,
  cut: CutSession | undefined,
): Agreement | undefined {
  const isKnown = anchors.theirs !== undefined && last === anchors.theirs;
  if (code === ALERT.resume) {
    const goesOn = isKnown || last === undefined || last === '';
    if (cut !== undefined && goesOn) return { code: STATUS.ok, mode: cut.mode, resumed: true };
    if (isKnown) return { code: STATUS.otherMode, mode: 'two-way', resumed: false };
    return { code: STATUS.refreshRequired, mode: 'slow', resumed: false };
  }
  const mode = modeOfAlert(code);
  if (mode === undefined) return undefined;
  if (isKnown || needsNoAnchors(mode)) return { code: STATUS.ok, mode, resumed: false };
  return { code: STATUS.refreshRequired, mode: 'slow', resumed: false };
}

/** What a client asks for: what is wanted where the anchors hold, else all. */
export const modeToAsk = (wanted: SyncMode, { ours, theirs }: SyncAnchors): SyncMode =>
  needsNoAnchors(wanted) || (ours !== undefined && theirs !== undefined) ? wanted : 'slow';

/** Whether a client lets the server have its way: it may be slower than asked, never remove more. */
export const mayBecome = (asked: SyncMode, told: SyncMode): boolean =>
  asked === told || told === 'slow' || (asked === 'two-way' && !needsNoAnchors(told));
