import { CradleError } from '../dbus/errors.js';
import type { Evidence, Sighting } from './device.js';
import { parseKeyfile, writeKeyfile } from './keyfile.js';

/** An evidence file: what was seen of a device and what it said, so that it can be looked at again anywhere. */
export interface Recording {
  readonly sightings: readonly Sighting[];
  /** Answers by the name of the probe. */
  readonly probes: ReadonlyMap<string, Evidence>;
  readonly peer: Evidence;
  /** What the rules should make of it, under the keys rules use. */
  readonly expect: ReadonlyMap<string, string>;
  readonly comment: string;
}

const TITLE = /^(?:(Sighting)(?: \d{1,4})?|(Probe) ([a-z0-9][a-z0-9-]{0,63})|(Peer)|(Expect))$/;
/** Keys of a [Sighting] that are no facts but say which sighting it is. */
const PLACE = ['key', 'source', 'body'] as const;

/** Reads an evidence file. Fails with InvalidArgs naming the line. docs/evidence.md describes the format. */
export function parseRecording(text: string | Uint8Array): Recording {
  const { sections, faults } = parseKeyfile(text);
  const [fault] = faults;
  if (fault !== undefined) throw wrong(fault.line, fault.reason);
  const sightings: Sighting[] = [];
  const probes = new Map<string, Evidence>();
  let peer: Evidence | undefined;
  let expect: ReadonlyMap<string, string> | undefined;
  for (const section of sections) {
    const [, sighting, probe, probeName = '', isPeer, isExpect] = TITLE.exec(section.title) ?? [];
    const facts = new Map<string, string>();
    for (const { key, value, line } of section.entries) {
      if (facts.has(key)) throw wrong(line, `${key} stands twice in [${section.title}]`);
      facts.set(key, unescapeValue(value, line));
    }
    const twice = (already: boolean): void => {
      if (already) throw wrong(section.line, `[${section.title}] stands twice`);
    };
    if (sighting !== undefined) sightings.push(sightingOf(facts, sightings.length + 1));
    else if (probe !== undefined) {
      twice(probes.has(probeName));
      probes.set(probeName, facts);
    } else if (isPeer !== undefined) {
      twice(peer !== undefined);
      peer = facts;
    } else if (isExpect !== undefined) {
      twice(expect !== undefined);
      expect = facts;
    } else throw wrong(section.line, `there is no section [${section.title}] in an evidence file`);
  }
  if (sightings.length === 0) throw wrong(1, 'there is no [Sighting]');
  return {
    sightings,
    probes,
    peer: peer ?? new Map(),
    expect: expect ?? new Map(),
    comment: sections[0]?.comment ?? '',
  };
}

const wrong = (line: number, reason: string): CradleError =>
  new CradleError('InvalidArgs', `the evidence is wrong in line ${line}: ${reason}`);

function sightingOf(facts: Map<string, string>, number: number): Sighting {
  const [key = `sighting-${number}`, source = 'evidence', body = 'body'] = PLACE.map((name) => facts.get(name));
  for (const name of PLACE) facts.delete(name);
  return { key, source, body, evidence: facts };
}

/** The text of an evidence file; parseRecording gives the same recording back. */
export function writeRecording({ sightings, probes, peer, expect, comment }: Recording): string {
  const sections: { title: string; comment?: string; entries: [string, string][] }[] = [];
  const add = (title: string, facts: Iterable<readonly [string, string]>, remark = ''): void => {
    const entries = [...facts].map(([key, value]): [string, string] => [key, escapeValue(value)]);
    sections.push({ title, comment: remark, entries });
  };
  for (const [index, { key, source, body, evidence }] of sightings.entries()) {
    const place = new Map([
      ...([
        ['key', key],
        ['source', source],
        ['body', body],
      ] as const),
    ]);
    add(
      index === 0 ? 'Sighting' : `Sighting ${index + 1}`,
      [...place, ...sorted(evidence)],
      index === 0 ? comment : '',
    );
  }
  for (const [name, facts] of probes) add(`Probe ${name}`, sorted(facts));
  if (peer.size > 0) add('Peer', sorted(peer));
  if (expect.size > 0) add('Expect', expect);
  return writeKeyfile(sections);
}

const sorted = (facts: Evidence): readonly (readonly [string, string])[] =>
  [...facts].sort(([left], [right]) => (left < right ? -1 : 1));

const NAMED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Any text as one line that survives the keyfile: backslash escapes for what is not printable, and for spaces at the ends. */
export function escapeValue(value: string): string {
  return value
    .replace(/[\\\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff]/gu, (char) => NAMED[char] ?? `\\u${hex(char)}`)
    .replace(/^\s|\s$/gu, (char) => (char === ' ' ? '\\s' : `\\u${hex(char)}`));
}

const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(4, '0');

const MEANING: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', r: '\r', t: '\t', s: ' ' };

function unescapeValue(value: string, line: number): string {
  return value.replace(
    /\\(?:u([0-9a-fA-F]{4})|(.?))/gsu,
    (whole, code: string | undefined, letter: string | undefined) => {
      const meaning = code === undefined ? MEANING[letter ?? ''] : String.fromCharCode(Number.parseInt(code, 16));
      if (meaning === undefined) throw wrong(line, `"${whole}" is no escape; a backslash itself is \\\\`);
      return meaning;
    },
  );
}
