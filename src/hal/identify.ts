import { CradleError } from '../dbus/errors.js';
import type { Clock } from './clock.js';
import type { Evidence, Match, Owner, Probe, RuleSet, Sighting } from './device.js';
import { type DeviceName, nameDevice } from './device-id.js';
import { admitted, joined, viewsOf } from './facts.js';

/** What came of one probe on one sighting. */
export interface ProbeOutcome {
  readonly probe: string;
  /** The key of the sighting it ran on. */
  readonly sighting: string;
  readonly facts: Evidence;
  /** Why it gave nothing, in a sentence. */
  readonly failure: string | undefined;
}

/** Probes that have run, by probe and sighting, so that each runs once as long as the sighting lasts. */
export type ProbeLedger = Map<string, ProbeOutcome>;

/** One physical thing as its sources saw it, and what has been learnt of it by talking. */
export interface Subject {
  readonly body: string;
  readonly sightings: readonly Sighting[];
  /** The peer's own words of the last session. */
  readonly told: Evidence;
  readonly ledger: ProbeLedger;
}

export interface Inquiry {
  readonly rules: RuleSet;
  readonly probes: ReadonlyMap<string, Probe>;
  /** Whose the device is as far as is known: a probe that opens it runs only when it is not somebody else's. */
  judge(name: DeviceName, match: Match, sightings: readonly Sighting[]): Owner;
  canOpen(sighting: Sighting): boolean;
  readonly clock: Clock;
  /** Milliseconds one probe may take. */
  readonly probeTimeout: number;
  readonly signal: AbortSignal;
}

export interface Finding {
  readonly name: DeviceName;
  readonly match: Match;
  readonly evidence: Evidence;
  /** Probes that rules asked for and that did not run, with the reason. */
  readonly skipped: readonly ProbeOutcome[];
}

export const ledgerKey = (probe: string, sighting: Sighting): string => `${probe} ${sighting.source} ${sighting.key}`;

/** What is known of a subject without asking it anything more. */
export function assess(subject: Subject, rules: RuleSet): Omit<Finding, 'skipped'> {
  const learnt = [subject.told, ...[...subject.ledger.values()].map((outcome) => outcome.facts)];
  const match = rules.match(...viewsOf(subject.sightings, learnt));
  const evidence = joined(...subject.sightings.map((sighting) => sighting.evidence), ...learnt);
  return { name: nameDevice(evidence, subject.body, match.assignments.get('DeviceId')), match, evidence };
}

/**
 * Match, probe, match again, until nothing new is asked for. Each probe runs once a sighting; one that fails or takes too
 * long has given nothing, and the rest goes on. Rejects with Cancelled only.
 */
export async function identify(subject: Subject, inquiry: Inquiry): Promise<Finding> {
  for (;;) {
    const known = assess(subject, inquiry.rules);
    const skipped: ProbeOutcome[] = [];
    let asked = false;
    for (const wish of known.match.probes) {
      const sighting = subject.sightings[wish.view];
      const probe = inquiry.probes.get(wish.name);
      if (sighting === undefined || probe === undefined) continue;
      const key = ledgerKey(wish.name, sighting);
      if (subject.ledger.has(key)) continue;
      const objection = probe.passive === true ? undefined : objectionTo(sighting, known, subject, inquiry);
      if (objection === undefined) {
        subject.ledger.set(key, await ask(probe, sighting, inquiry));
        asked = true;
        break;
      }
      skipped.push({ probe: wish.name, sighting: sighting.key, facts: new Map(), failure: objection });
    }
    if (inquiry.signal.aborted) throw new CradleError('Cancelled', `identifying ${subject.body} was cancelled`);
    if (!asked) return { ...known, skipped };
  }
}

function objectionTo(
  sighting: Sighting,
  known: Omit<Finding, 'skipped'>,
  subject: Subject,
  inquiry: Inquiry,
): string | undefined {
  if (inquiry.judge(known.name, known.match, subject.sightings).kind === 'other')
    return "it did not run, since the device is somebody else's";
  return inquiry.canOpen(sighting) ? undefined : 'it did not run, since the device node may not be opened';
}

async function ask(probe: Probe, sighting: Sighting, inquiry: Inquiry): Promise<ProbeOutcome> {
  const outcome = { probe: probe.name, sighting: sighting.key };
  const limit = new AbortController();
  const signal = AbortSignal.any([limit.signal, inquiry.signal]);
  const tooLate = new CradleError('Timeout', `it gave no answer within ${inquiry.probeTimeout} ms`);
  const timer = inquiry.clock.after(inquiry.probeTimeout, () => limit.abort(tooLate));
  try {
    // A probe that does not heed its signal must not hold up the device for ever.
    const facts = await Promise.race([probe.run(sighting, signal), whenAborted(signal)]);
    return { ...outcome, facts: admitted(facts), failure: undefined };
  } catch (error) {
    if (inquiry.signal.aborted)
      throw new CradleError('Cancelled', `the probe ${probe.name} was cancelled`, { cause: error });
    const cause = limit.signal.aborted ? tooLate : error;
    return { ...outcome, facts: new Map(), failure: cause instanceof Error ? cause.message : String(cause) };
  } finally {
    timer[Symbol.dispose]();
    limit.abort();
  }
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const refuse = (): void => reject(signal.reason);
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
