import { systemClock } from './clock.js';
import type { Identity, Owner, Probe, RuleSet } from './device.js';
import type { Recording } from './evidence.js';
import { type Finding, identify, type ProbeLedger } from './identify.js';
import { identityOf } from './identity.js';

export interface Replayed {
  readonly finding: Finding;
  readonly identity: Identity;
  readonly ledger: ProbeLedger;
}

const OFFERED: Owner = { kind: 'offered', because: 'seat' };

/** Identifies a recorded device again with these rules: its probes answer what was recorded, and nothing else is asked. */
export async function replay(recording: Recording, rules: RuleSet): Promise<Replayed> {
  const ledger: ProbeLedger = new Map();
  const probes = new Map<string, Probe>(
    [...recording.probes].map(([name, answer]) => [name, { name, passive: true, run: () => Promise.resolve(answer) }]),
  );
  const body = recording.sightings[0]?.body ?? '';
  const finding = await identify(
    { body, sightings: recording.sightings, told: recording.peer, ledger },
    {
      rules,
      probes,
      judge: () => OFFERED,
      canOpen: () => true,
      clock: systemClock,
      probeTimeout: 60_000,
      signal: new AbortController().signal,
    },
  );
  return { finding, identity: identityOf(finding.match, finding.evidence, finding.name.fact !== undefined), ledger };
}
