import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';

/** What one key of a plugin's section may say: undefined when it may. */
type Check = (value: string) => string | undefined;

const wants = (what: string, holds: (value: string) => boolean): Check => {
  return (value) => (holds(value) ? undefined : `is ${what}, not "${value}"`);
};

/** The keys of a plugin that listens for peers. Several addresses have `;` between; none means this machine alone. */
const LISTEN: Readonly<Record<string, Check>> = {
  ListenAddress: wants('one or more IP addresses of this machine', (value) =>
    value.split(';').every((address) => isIP(address.trim()) !== 0),
  ),
  ListenPort: wants('a port from 1 to 65535', (value) => /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65_535),
  ListenPath: wants('the path of a URL, such as /syncml', (value) => /^\/[\w.~/-]*$/.test(value)),
  ListenUrl: wants('the beginning of a URL, such as https://sync.example.org', isOrigin),
  ListenCertificate: wants('the absolute path of a file', isAbsolute),
  ListenKey: wants('the absolute path of a file', isAbsolute),
};

function isOrigin(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && [`${url.origin}/`, url.origin].includes(value);
}

interface Section {
  readonly plugin: string;
  readonly keys: Readonly<Record<string, Check>>;
  readonly defaults: Readonly<Record<string, string>>;
}

/** Sections of the settings file that are a plugin's; cradled(8) describes their keys. */
const SECTIONS: Readonly<Record<string, Section>> = {
  SyncML: { plugin: 'syncml', keys: LISTEN, defaults: { ListenPort: '8219' } },
};

/** Settings by the plugin they are for. */
export type PluginSettings = ReadonlyMap<string, ReadonlyMap<string, string>>;

export const defaultPluginSettings: PluginSettings = new Map(
  Object.values(SECTIONS).map(({ plugin, defaults }) => [plugin, new Map(Object.entries(defaults))]),
);

export const isPluginSection = (title: string): boolean => Object.hasOwn(SECTIONS, title);

/** The settings with this line of a plugin's section; or what is wrong with it. */
export function withPluginSetting(
  settings: PluginSettings,
  title: string,
  key: string,
  value: string,
): { readonly settings: PluginSettings } | { readonly fault: string } {
  const section = Object.hasOwn(SECTIONS, title) ? SECTIONS[title] : undefined;
  const check = section !== undefined && Object.hasOwn(section.keys, key) ? section.keys[key] : undefined;
  if (section === undefined || check === undefined) return { fault: `"${key}" is not a setting of [${title}]` };
  const complaint = check(value);
  if (complaint !== undefined) return { fault: `${key} ${complaint}` };
  const mine = new Map([...(settings.get(section.plugin) ?? []), [key, value]]);
  return { settings: new Map([...settings, [section.plugin, mine]]) };
}
