import type { Body } from './body.js';
import type { Device, DeviceId, Identity, Match, Owner, RuleSet, Sighting } from './device.js';
import { joined, sameFacts } from './facts.js';
import { assess, type ProbeLedger } from './identify.js';
import { identityOf } from './identity.js';

/** A device put together from the bodies it was seen as, with what it was made of. */
export interface Composition {
  readonly device: Device;
  readonly match: Match;
  /** The fact its id rests on; undefined when it rests on the port. */
  readonly fact: string | undefined;
  /** A rule says there is nothing to sync with it, so it is not shown. */
  readonly ignored: boolean;
  readonly bodies: ReadonlySet<Body>;
}

/** One device of all these bodies: matched once more with all its ways in. */
export function composeDevice(
  id: DeviceId,
  bodies: ReadonlySet<Body>,
  rules: RuleSet,
  judge: (match: Match, sightings: readonly Sighting[], ambiguous: boolean) => Owner,
): Composition {
  const parts = [...bodies].sort((left, right) => (left.body < right.body ? -1 : 1));
  const sightings = parts.flatMap((part) => part.sightings);
  const ledger: ProbeLedger = new Map(parts.flatMap((part) => [...part.ledger]));
  const told = joined(...parts.map((part) => part.told));
  const known = assess({ body: parts[0]?.body ?? '', sightings, told, ledger }, rules);
  const ambiguous = parts.some((part) => part.ambiguous);
  const fact = ambiguous ? undefined : parts.find((part) => part.id === id)?.finding?.name.fact;
  return {
    device: {
      id,
      identity: identityOf(known.match, known.evidence, fact !== undefined),
      owner: judge(known.match, sightings, ambiguous),
      sightings,
      evidence: known.evidence,
    },
    match: known.match,
    fact,
    ignored: known.match.assignments.get('Ignore') === 'true',
    bodies,
  };
}

/** True when nothing that anybody could see differs. */
export function sameDevice(left: Device, right: Device): boolean {
  return (
    left.id === right.id &&
    sameOwner(left.owner, right.owner) &&
    sameIdentity(left.identity, right.identity) &&
    sameFacts(left.evidence, right.evidence) &&
    left.sightings.length === right.sightings.length &&
    left.sightings.every((sighting, index) => sameSighting(sighting, right.sightings[index]))
  );
}

const sameOwner = (left: Owner, right: Owner): boolean =>
  left.kind === right.kind &&
  left.because === right.because &&
  (left.kind === 'other' ? left.login : undefined) === (right.kind === 'other' ? right.login : undefined);

const sameIdentity = (left: Identity, right: Identity): boolean =>
  JSON.stringify({ ...left, options: [...left.options] }) === JSON.stringify({ ...right, options: [...right.options] });

const sameSighting = (left: Sighting, right: Sighting | undefined): boolean =>
  right !== undefined &&
  left.key === right.key &&
  left.source === right.source &&
  left.body === right.body &&
  sameFacts(left.evidence, right.evidence);
