/**
 * Seconds since the epoch, as text, and always beyond `last`: the most that every phone can keep, and two sessions of one
 * second still differ.
 */
export function nextAnchor(last: string | undefined, now: number): string {
  const seconds = Math.floor(now / 1000);
  const before = last !== undefined && /^\d{1,15}$/.test(last) ? Number(last) : 0;
  return String(Math.max(seconds, before + 1));
}
