import { readFile } from 'node:fs/promises';
import { parseKeyfile } from '../hal/keyfile.js';
import type { Log } from '../plugins/contract.js';
import { isLogLevel, type LogLevel } from './log.js';
import { defaultPluginSettings, isPluginSection, type PluginSettings, withPluginSetting } from './plugin-settings.js';

/** What a user may set in `~/.config/cradle/settings`; cradled(8) describes each. */
export interface Settings {
  readonly logLevel: LogLevel;
  /** Milliseconds without news after which a device is taken for settled. */
  readonly settleTime: number;
  /** Milliseconds without further change after which a changed store is synced. */
  readonly changeDelay: number;
  /** Days that sessions stay in the history. */
  readonly historyDays: number;
  /** Days, and MiB, that overwritten and removed items stay in the attic. */
  readonly atticDays: number;
  readonly atticSize: number;
  /** What stands in sections of plugins, such as `[SyncML]`, over their defaults. */
  readonly plugins: PluginSettings;
}

export const defaultSettings: Settings = {
  logLevel: 'info',
  settleTime: 300,
  changeDelay: 2000,
  historyDays: 90,
  atticDays: 90,
  atticSize: 4096,
  plugins: defaultPluginSettings,
};

const NUMBERS = {
  SettleTime: ['settleTime', 0, 60_000],
  ChangeDelay: ['changeDelay', 0, 3_600_000],
  HistoryDays: ['historyDays', 1, 36_500],
  AtticDays: ['atticDays', 0, 36_500],
  AtticSize: ['atticSize', 0, 1_048_576],
} as const;

const isNumberKey = (key: string): key is keyof typeof NUMBERS => Object.hasOwn(NUMBERS, key);

/** What stood in the file, and every line that was not understood; a missing file is all defaults. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly faults: readonly string[];
}

/** Never fails: a daemon that does not start because of a typing error helps nobody. */
export async function loadSettings(path: string): Promise<LoadedSettings> {
  try {
    return readSettings(await readFile(path), path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { settings: defaultSettings, faults: [] };
    return { settings: defaultSettings, faults: [`${path} cannot be read: ${String(error)}`] };
  }
}

export function readSettings(content: Uint8Array | string, path: string): LoadedSettings {
  const keyfile = parseKeyfile(content);
  const faults = keyfile.faults.map(({ line, reason }) => `${path}:${line}: ${reason}`);
  let settings = defaultSettings;
  for (const section of keyfile.sections) {
    if (section.title !== 'Daemon' && !isPluginSection(section.title))
      faults.push(`${path}:${section.line}: [${section.title}] is not a section here`);
    else
      for (const { key, value, line } of section.entries) {
        const fault = (reason: string) => faults.push(`${path}:${line}: ${reason}`);
        if (section.title !== 'Daemon') {
          const read = withPluginSetting(settings.plugins, section.title, key, value);
          if ('fault' in read) fault(read.fault);
          else settings = { ...settings, plugins: read.settings };
        } else if (key === 'LogLevel') {
          if (isLogLevel(value)) settings = { ...settings, logLevel: value };
          else fault(`LogLevel is error, warn, info or debug, not "${value}"`);
        } else if (isNumberKey(key)) {
          const [name, least, most] = NUMBERS[key];
          const number = Number(value);
          if (/^\d+$/.test(value) && number >= least && number <= most) settings = { ...settings, [name]: number };
          else fault(`${key} is a whole number from ${least} to ${most}, not "${value}"`);
        } else fault(`"${key}" is not a setting`);
      }
  }
  return { settings, faults };
}

export function reportFaults(faults: readonly string[], log: Log): void {
  for (const fault of faults) log.warn(fault);
}
