import type { Device, Evidence, Match, Sighting } from './device.js';
import type { ProbeOutcome } from './identify.js';
import { ownerReason } from './owner.js';
import { presentable } from './words.js';

/** All that `cradle explain` has to say of one device. */
export interface Explained {
  readonly device: Device;
  readonly match: Match;
  /** The fact its id rests on; undefined when it rests on the port. */
  readonly fact: string | undefined;
  readonly ignored: boolean;
  readonly probes: readonly ProbeOutcome[];
  readonly login: string;
}

/** A Match line may name many devices, and what was there instead stands at its end. */
const LONGEST_VERDICT = 1_000;

/** What a device is and why, for a person to read. */
export function explainDevice({ device, match, fact, ignored, probes, login }: Explained): string {
  const { identity, owner } = device;
  const name = [identity.manufacturer, identity.model].filter((word) => word !== '').join(' ');
  const shared = sharedFacts(device);
  const blocks = [
    [`${device.id}: ${name === '' ? 'a device without a name' : name}`, ...summary(device, fact, ignored)],
    [`Ways in (${device.sightings.length})`, ...device.sightings.flatMap((way) => wayLines(way, shared))],
    ['Facts of the whole device', ...factLines(shared)],
    ['Probes', ...probes.map((outcome) => `  ${outcome.probe}: ${outcomeOf(outcome)}`)],
    [
      'Assigned',
      ...[...match.origins].map(([key, { file, line, title }]) => {
        const value = match.assignments.get(key);
        return `  ${value === undefined ? `${key} taken back` : `${key}=${value}`}  (${fileName(file)}:${line} [${title}])`;
      }),
    ],
    [
      'Sections that apply',
      ...match.trace
        .filter(({ verdict }) => verdict === 'applies')
        .map(({ file, line, section }) => `  ${fileName(file)}:${line} [${section}]`),
    ],
    [
      'Sections that do not apply',
      ...match.trace
        .filter(({ verdict }) => verdict !== 'applies')
        .map(
          ({ file, line, section, verdict }) =>
            `  ${fileName(file)}:${line} [${section}] ${presentable(verdict, LONGEST_VERDICT)}`,
        ),
    ],
    ['Owner', `  ${owner.kind}: ${ownerReason(owner, login)}`],
  ];
  return `${blocks
    .filter((lines) => lines.length > 1)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function summary({ identity, id }: Device, fact: string | undefined, ignored: boolean): readonly string[] {
  const ways = identity.transport === undefined ? '' : ` over ${identity.transport}`;
  return [
    `  kind ${identity.kind}, icon ${identity.icon}`,
    identity.plugin === undefined
      ? '  no rule names a plugin for it, so it is not identified'
      : `  spoken to by the plugin ${identity.plugin}${ways}, started by ${identity.startedBy === 'us' ? 'us' : 'the device'}`,
    ...(ignored ? ['  not shown: a rule says there is nothing to sync with it'] : []),
    fact === undefined
      ? `  its id rests on the port, since nothing lasting tells it from its like`
      : `  its id ${id} rests on ${fact}`,
    ...identity.stores.map(({ name, address, contentType }) => `  store ${name}: ${address} (${contentType})`),
    ...[...identity.options].map(([key, value]) => `  option ${key}=${value}`),
  ];
}

/** What all ways in say alike, and what was learnt by talking. */
function sharedFacts({ evidence, sightings }: Device): Evidence {
  return new Map(
    [...evidence].filter(([fact, value]) => {
      const said = sightings.flatMap((sighting) => sighting.evidence.get(fact) ?? []);
      return said.length === 0 || (said.length === sightings.length && said.every((word) => word === value));
    }),
  );
}

function wayLines({ source, key, evidence }: Sighting, shared: Evidence): readonly string[] {
  const own = new Map([...evidence].filter(([fact]) => !shared.has(fact)));
  return [`  ${source} ${presentable(key)}`, ...factLines(own).map((line) => `  ${line}`)];
}

const factLines = (facts: Evidence): readonly string[] =>
  [...facts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `  ${name} = ${presentable(value)}`);

const outcomeOf = ({ failure, facts }: ProbeOutcome): string =>
  failure === undefined ? `gave ${facts.size} facts` : presentable(failure);

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
