import type { Evidence, RuleSet } from './device.js';
import { type Recording, writeRecording } from './evidence.js';
import { admitted, joined } from './facts.js';
import { assess, type Finding, type Subject } from './identify.js';
import { expectationOf, identityOf } from './identity.js';
import { redacted } from './redact.js';

/** A device as an evidence file, with what these rules make of it as its [Expect]. */
export function record(subject: Subject, rules: RuleSet, redact: boolean): string {
  const probes = new Map<string, Evidence>();
  for (const { probe, facts } of subject.ledger.values())
    probes.set(probe, joined(admitted(facts), probes.get(probe) ?? new Map()));
  const plain: Recording = {
    sightings: subject.sightings.map((sighting) => ({ ...sighting, evidence: admitted(sighting.evidence) })),
    probes,
    peer: subject.told,
    expect: new Map(),
    comment: '',
  };
  const recording = redact ? redacted(plain) : plain;
  return writeRecording({ ...recording, expect: expectationsFor(recording, rules, redact) });
}

function expectationsFor(recording: Recording, rules: RuleSet, redact: boolean): ReadonlyMap<string, string> {
  const finding: Omit<Finding, 'skipped'> = assess(
    {
      body: recording.sightings[0]?.body ?? '',
      sightings: recording.sightings,
      told: recording.peer,
      ledger: new Map(
        [...recording.probes].map(([probe, facts]) => [probe, { probe, sighting: '', facts, failure: undefined }]),
      ),
    },
    rules,
  );
  const identity = identityOf(finding.match, finding.evidence, finding.name.fact !== undefined);
  const expected = [...expectationOf(finding.match, identity)].filter(([, value]) => value !== '');
  // A rule may name a person.
  return new Map(expected.filter(([key, value]) => !redact || key !== 'Owner' || value === 'seat' || value === 'ask'));
}
