import type { Evidence, Sighting } from './device.js';

/** What one probe or peer may say at most; the rest is dropped. */
const LIMITS = { facts: 256, name: 128, value: 4_096 } as const;

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:+-]*$/;

/** The facts of somebody's answer that can be kept: well named, text, and not too many. */
export function admitted(answer: Evidence): Evidence {
  const kept = new Map<string, string>();
  for (const [name, value] of answer) {
    if (kept.size >= LIMITS.facts) break;
    if (typeof value !== 'string' || name.length > LIMITS.name || !NAME.test(name)) continue;
    kept.set(name, value.slice(0, LIMITS.value));
  }
  return kept;
}

/** All facts together; where two differ the first word stands. */
export function joined(...parts: readonly Evidence[]): Evidence {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = new Map<string, string>();
  for (const part of parts) for (const [name, value] of part) if (!all.has(name)) all.set(name, value);
  return all;
}

/** Each way in with what has been learnt of the device as a whole: what rules are matched against. */
export function viewsOf(sightings: readonly Sighting[], learnt: readonly Evidence[]): readonly Evidence[] {
  const told = learnt.filter((facts) => facts.size > 0);
  return sightings.map(({ evidence }) => joined(evidence, ...told));
}

/** True when both say exactly the same. */
export function sameFacts(left: Evidence, right: Evidence): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [name, value] of left) if (right.get(name) !== value) return false;
  return true;
}
