import type { Evidence } from './device.js';
import type { Recording } from './evidence.js';

/** Facts that name one single device, volume or person, by a word of their name. */
const PRIVATE =
  /serial|uuid|label|wwn|imei|address|phone-number|(?:^|[._-])user|owner|guid|partname|^account(?:$|\.url|\.store)|^syncml\.(?:uri|device-id|client-id)$/i;
/** Facts that only say how the private ones look. */
const HARMLESS = /^udev\.ID_(?:FS_LABEL_TYPE|FS_TYPE|PART_TABLE_TYPE|PART_ENTRY_TYPE)$/;
/** Link names hold serials and labels in encodings of their own. */
const DROPPED = /^udev\.(?:DEVLINKS|ID_PART_ENTRY_NAME)$/;
/** A shorter text may stand in other values by chance, so it is only taken out where it is the whole value. */
const TELLING = 6;

/** The same recording without what tells this device from its like: each such text becomes `redacted-<n>` throughout. */
export function redacted(recording: Recording): Recording {
  const all = [
    ...recording.sightings.map((sighting) => sighting.evidence),
    ...recording.probes.values(),
    recording.peer,
  ];
  const names = new Map<string, string>();
  for (const facts of all)
    for (const [fact, value] of facts)
      if (isPrivate(fact) && value !== '' && !names.has(value)) names.set(value, `redacted-${names.size + 1}`);
  const telling = [...names]
    .filter(([text]) => text.length >= TELLING)
    .sort(([left], [right]) => right.length - left.length);
  const clean = (facts: Evidence): Evidence =>
    new Map(
      [...facts]
        .filter(([fact]) => !DROPPED.test(fact))
        .map(([fact, value]) => [fact, (isPrivate(fact) ? names.get(value) : undefined) ?? cleanText(value)]),
    );
  const cleanText = (value: string): string => {
    let text = value;
    for (const [secret, name] of telling) text = text.replaceAll(secret, name);
    return text;
  };
  return {
    ...recording,
    sightings: recording.sightings.map(({ key, source, body, evidence }) => ({
      key: cleanText(key),
      source,
      body: cleanText(body),
      evidence: clean(evidence),
    })),
    probes: new Map([...recording.probes].map(([name, facts]) => [name, clean(facts)])),
    peer: clean(recording.peer),
  };
}

const isPrivate = (fact: string): boolean => PRIVATE.test(fact) && !HARMLESS.test(fact);
