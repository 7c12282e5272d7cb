import { DEVICE_KINDS, type Evidence } from './device.js';
import { compileGlob } from './glob.js';
import { templateFault } from './template.js';
import { ownManufacturer, ownModel, subsystemOf, usbInterfacesOf } from './words.js';

export type OptionType = 'string' | 'number' | 'boolean' | 'list';

/** The names that rules may use. */
export interface Vocabulary {
  /** The options of each plugin by the plugin's name. */
  readonly plugins: ReadonlyMap<string, Readonly<Record<string, OptionType>>>;
  readonly probes: ReadonlySet<string>;
  readonly transports: ReadonlySet<string>;
}

/** One `Match…=` line. */
export interface Condition {
  /** As it stands in the file. */
  readonly text: string;
  /** The patterns of `MatchUsbId`, so that sections can be found by USB id; undefined for all other keys. */
  readonly usbIds: readonly string[] | undefined;
  holds(facts: Evidence): boolean;
  /** Why it does not hold, in words. */
  objection(facts: Evidence): string;
}

/** One assignment, its key in its canonical spelling. An empty value takes back what sections above have said. */
export interface Assignment {
  readonly key: string;
  readonly value: string;
}

/** What came of reading a line: its meaning, or the reason why it has none. */
export type Read<T> = { readonly meaning: T } | { readonly reason: string };

interface MatchKey {
  /** What of the evidence is looked at. */
  values(facts: Evidence): readonly string[];
  readonly subject: string;
  readonly lowerCase: boolean;
  readonly pattern: RegExp;
  readonly wants: string;
}

const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
const ANY = /^.+$/u;

const MATCH_KEYS: Readonly<Record<string, MatchKey>> = {
  MatchUsbId: {
    values: (facts) => one(facts.get('usb.id')?.toLowerCase()),
    subject: 'usb.id',
    lowerCase: true,
    pattern: /^[0-9a-f]{4}:(?:[0-9a-f]{4}|[0-9a-f]{0,3}\*)$/,
    wants: 'vendor and product in four hex digits each, such as 054c:0385 or 054c:*',
  },
  MatchUsbInterface: {
    values: usbInterfacesOf,
    subject: 'usb.interfaces',
    lowerCase: true,
    pattern: /^(?:[0-9a-f]{6}|[0-9a-f]{0,5}\*)$/,
    wants: 'class, subclass and protocol in two hex digits each, such as 080650 or 08*',
  },
  MatchSubsystem: plain('subsystem', (facts) => one(subsystemOf(facts))),
  MatchService: {
    values: (facts) => (facts.get('bluez.services') ?? '').toLowerCase().split(';'),
    subject: 'bluez.services',
    lowerCase: true,
    pattern: /^[0-9a-f*-]{1,36}$/,
    wants: 'a Bluetooth UUID in lower-case hex digits',
  },
  MatchModalias: plain('modalias', (facts) => one(facts.get('modalias') ?? facts.get('udev.MODALIAS'))),
  MatchManufacturer: plain('manufacturer', (facts) => one(ownManufacturer(facts))),
  MatchModel: plain('model', (facts) => one(ownModel(facts))),
  MatchSerial: plain('usb.serial', (facts) => one(facts.get('usb.serial'))),
};

/** The keys whose value begins with the name of a fact: `MatchUdev=ID_BUS=usb`, `MatchFact=at.model=N95*`. */
const NAMED_KEYS: Readonly<Record<string, (name: string) => string>> = {
  MatchUdev: (name) => `udev.${name}`,
  MatchFact: (name) => name,
};

function plain(subject: string, values: MatchKey['values']): MatchKey {
  return { values, subject, lowerCase: false, pattern: ANY, wants: 'a text' };
}

export const isMatchKey = (key: string): boolean => key.startsWith('Match');

/** Reads one `Match…=` line. */
export function readCondition(key: string, value: string): Read<Condition> {
  const named = Object.hasOwn(NAMED_KEYS, key) ? NAMED_KEYS[key] : undefined;
  if (named !== undefined) {
    const equals = value.indexOf('=');
    const name = value.slice(0, Math.max(equals, 0)).trim();
    if (!FACT_PART.test(name)) return { reason: `${key} wants <name>=<pattern>, not "${value}"` };
    const fact = named(name);
    return condition(
      key,
      value,
      value.slice(equals + 1),
      plain(fact, (facts) => one(facts.get(fact))),
    );
  }
  const known = Object.hasOwn(MATCH_KEYS, key) ? MATCH_KEYS[key] : undefined;
  if (known === undefined) return { reason: `there is no match key ${key}` };
  return condition(key, value, value, known);
}

function condition(key: string, value: string, patterns: string, subject: MatchKey): Read<Condition> {
  const alternatives = patterns.split(';').map((alternative) => alternative.trim());
  for (const alternative of alternatives) {
    const canonical = subject.lowerCase ? alternative.toLowerCase() : alternative;
    if (!subject.pattern.test(canonical)) return { reason: `${key} wants ${subject.wants}, not "${alternative}"` };
  }
  const canonical = subject.lowerCase ? alternatives.map((text) => text.toLowerCase()) : alternatives;
  const globs = canonical.map(compileGlob);
  return {
    meaning: {
      text: `${key}=${value}`,
      usbIds: key === 'MatchUsbId' ? canonical : undefined,
      holds: (facts) => subject.values(facts).some((text) => globs.some((glob) => glob(text))),
      objection: (facts) => {
        const said = subject.values(facts).join(', ');
        return said === '' ? `${subject.subject} is not known` : `${subject.subject} is "${said}"`;
      },
    },
  };
}

/** The name of a fact without its dots: `udev`, `ID_FS_TYPE`. */
const FACT_PART = /^[A-Za-z0-9_][A-Za-z0-9_.:+-]{0,127}$/;
const LOGIN = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,255}$/;
const ICON = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const STORE_KEY = /^Store\.([a-z][a-z0-9-]{0,31})$/;
/** RFC 6838, section 4.2, with `*` for any. */
const CONTENT_TYPE = /^(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126}))$/i;

type Check = (value: string, vocabulary: Vocabulary) => string | undefined;

const wants = (what: string, holds: (value: string, vocabulary: Vocabulary) => boolean): Check => {
  return (value, vocabulary) => (holds(value, vocabulary) ? undefined : `wants ${what}, not "${value}"`);
};
const words = (list: readonly string[]): Check => wants(`one of ${list.join(', ')}`, (value) => list.includes(value));
const text: Check = (value) => (value.length > 120 ? 'wants at most 120 characters' : templateFault(value));

const ASSIGNMENT_KEYS: Readonly<Record<string, Check>> = {
  Manufacturer: text,
  Model: text,
  Kind: words(DEVICE_KINDS),
  Icon: wants('a name of the icon naming specification', (value) => ICON.test(value)),
  DeviceId: wants('the name of a fact', (value) => FACT_PART.test(value)),
  Ignore: words(['true', 'false']),
  Owner: wants('seat, ask or a login name', (value) => LOGIN.test(value)),
  Plugin: (value, { plugins }) => (plugins.has(value) ? undefined : `names ${value}, and there is no such plugin`),
  Probe: (value, { probes }) => {
    const unknown = listOf(value).find((name) => !probes.has(name));
    return unknown === undefined ? undefined : `names ${unknown}, and there is no such probe`;
  },
  StartedBy: words(['us', 'device']),
  Transport: (value, { transports }) =>
    transports.has(value) ? undefined : `names ${value}, and there is no such transport`,
};

/** Reads one assignment: a key of the closed list, `Store.<name>`, or `<Plugin>.<Option>` as that plugin declares it. */
export function readAssignment(key: string, value: string, vocabulary: Vocabulary): Read<Assignment> {
  const check = Object.hasOwn(ASSIGNMENT_KEYS, key) ? ASSIGNMENT_KEYS[key] : undefined;
  if (check !== undefined) return checked(key, value, value === '' ? undefined : check(value, vocabulary));
  if (key.startsWith('Store.')) return checked(key, value, storeFault(key, value));
  const dot = key.indexOf('.');
  if (dot < 0) return { reason: `there is no key ${key}` };
  const prefix = key.slice(0, dot).toLowerCase();
  const plugin = [...vocabulary.plugins.keys()].find((name) => name.toLowerCase() === prefix);
  if (plugin === undefined) return { reason: `${key} names ${key.slice(0, dot)}, and there is no such plugin` };
  const option = key.slice(dot + 1);
  const declared = vocabulary.plugins.get(plugin) ?? {};
  const type = Object.hasOwn(declared, option) ? declared[option] : undefined;
  if (type === undefined) return { reason: `the plugin ${plugin} has no option ${option}` };
  return checked(`${plugin}.${option}`, value, optionFault(type, value));
}

const checked = (key: string, value: string, fault: string | undefined): Read<Assignment> =>
  fault === undefined ? { meaning: { key, value } } : { reason: `${key} ${fault}` };

function storeFault(key: string, value: string): string | undefined {
  if (!STORE_KEY.test(key)) return 'wants a name of lower-case letters, digits and hyphens after the dot';
  if (value === '') return undefined;
  const hint = splitStore(value);
  if (hint === undefined) return `wants an address and a content type, not "${value}"`;
  if (!hint.contentType.split(';').every((type) => CONTENT_TYPE.test(type)))
    return `wants a content type such as image/* at its end, not "${hint.contentType}"`;
  return templateFault(hint.address);
}

function optionFault(type: OptionType, value: string): string | undefined {
  if (value === '') return undefined;
  if (type === 'boolean')
    return value === 'true' || value === 'false' ? undefined : `wants true or false, not "${value}"`;
  if (type === 'number') return /^-?\d+(?:\.\d+)?$/.test(value) ? undefined : `wants a number, not "${value}"`;
  return templateFault(value);
}

/** The address and the content type of a `Store.<name>=` value; the address may hold spaces. */
export function splitStore(value: string): { readonly address: string; readonly contentType: string } | undefined {
  const space = value.lastIndexOf(' ');
  const address = value.slice(0, Math.max(space, 0)).trim();
  return address === '' ? undefined : { address, contentType: value.slice(space + 1) };
}

/** The members of a `;` list, without the empty ones. */
export const listOf = (value: string): readonly string[] =>
  value
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
