import { CradleError } from '../../dbus/errors.js';
import type { Device } from '../../hal/device.js';
import type { OptionType } from '../contract.js';
import type { Encoding, Version } from './codec/document.js';
import type { LoginScheme } from './dialogue/plan.js';

/** What rules may say of a SyncML device, as `SyncML.<Option>`; README.md tells what each means. */
export const OPTIONS = {
  Version: 'string',
  Encoding: 'string',
  Authentication: 'string',
  ServerId: 'string',
  ClientId: 'string',
  ServerUri: 'list',
  MaxMsgSize: 'number',
  MaxObjSize: 'number',
  EnterObex: 'list',
  Alert: 'string',
  AlertCode: 'number',
  Card: 'string',
  Calendar: 'string',
  Charset: 'string',
  Capabilities: 'boolean',
  Utc: 'boolean',
  UtcAlarms: 'boolean',
  AllDay: 'string',
  Zone: 'string',
  Authority: 'string',
  CertificateName: 'string',
} as const satisfies Readonly<Record<string, OptionType>>;

type Option = keyof typeof OPTIONS;

/** How a device is asked to sync: a notification of that version, or not at all because it is ready by itself. */
export type AlertKind = Version | 'none';

export interface SyncmlOptions {
  readonly version: Version | undefined;
  readonly encoding: Encoding | undefined;
  readonly scheme: LoginScheme | undefined;
  readonly serverId: string | undefined;
  readonly clientId: string | undefined;
  /** What the device calls our datastores, by their names. */
  readonly serverUris: ReadonlyMap<string, string>;
  readonly maxMessageSize: number;
  readonly maxObjectSize: number;
  readonly enterObex: readonly string[];
  readonly alert: AlertKind | undefined;
  /** 206 to 210. */
  readonly alertCode: number;
  readonly card: '2.1' | '3.0' | '4.0' | undefined;
  readonly calendar: '1.0' | '2.0' | undefined;
  readonly charset: string | undefined;
  /** Whether the device means what it says that it can hold. */
  readonly capabilities: boolean;
  readonly utc: boolean | undefined;
  readonly utcAlarms: boolean | undefined;
  readonly allDay: 'midnight' | 'last-minute' | 'date' | undefined;
  readonly zone: string | undefined;
  readonly authority: string | undefined;
  readonly certificateName: string | undefined;
}

/** Bytes of a message: what servers and most phones of today take. */
const USUAL_MESSAGE = 256 * 1024;
/** Bytes of an item: a photo of a contact, a mail. */
const USUAL_OBJECT = 16 * 1024 * 1024;

/** Of a device; fails with InvalidArgs for a value that makes no sense. */
export function readOptions({ identity: { options } }: Pick<Device, 'identity'>): SyncmlOptions {
  const text = (option: Option): string | undefined => {
    const value = options.get(`syncml.${option}`)?.trim();
    return value === undefined || value === '' ? undefined : value;
  };
  const wrong = (option: Option, wanted: string): CradleError =>
    new CradleError('InvalidArgs', `SyncML.${option} is ${wanted}, not "${text(option)}"`);
  const oneOf = <const T extends string>(option: Option, words: readonly T[]): T | undefined => {
    const value = text(option);
    if (value === undefined) return undefined;
    const word = words.find((one) => one === value.toLowerCase());
    if (word === undefined) throw wrong(option, `one of ${words.join(', ')}`);
    return word;
  };
  const flag = (option: Option): boolean | undefined => {
    const word = oneOf(option, ['true', 'false']);
    return word === undefined ? undefined : word === 'true';
  };
  const number = (option: Option, least: number, most: number, usual: number): number => {
    const value = text(option);
    if (value === undefined) return usual;
    if (!/^\d+$/.test(value) || Number(value) < least || Number(value) > most)
      throw wrong(option, `a number from ${least} to ${most}`);
    return Number(value);
  };
  const list = (option: Option): readonly string[] =>
    (text(option) ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const serverUris = new Map<string, string>();
  for (const pair of list('ServerUri')) {
    const colon = pair.indexOf(':');
    if (colon <= 0 || colon === pair.length - 1) throw wrong('ServerUri', 'a list of <store>:<name>');
    serverUris.set(pair.slice(0, colon).trim(), pair.slice(colon + 1).trim());
  }
  return {
    version: oneOf('Version', ['1.0', '1.1', '1.2']),
    encoding: oneOf('Encoding', ['xml', 'wbxml']),
    scheme: oneOf('Authentication', ['basic', 'md5']),
    serverId: text('ServerId'),
    clientId: text('ClientId'),
    serverUris,
    maxMessageSize: number('MaxMsgSize', 1_024, 16 * 1024 * 1024, USUAL_MESSAGE),
    maxObjectSize: number('MaxObjSize', 1_024, 64 * 1024 * 1024, USUAL_OBJECT),
    enterObex: list('EnterObex'),
    alert: oneOf('Alert', ['1.0', '1.1', '1.2', 'none']),
    alertCode: number('AlertCode', 206, 210, 206),
    card: oneOf('Card', ['2.1', '3.0', '4.0']),
    calendar: oneOf('Calendar', ['1.0', '2.0']),
    charset: text('Charset'),
    capabilities: flag('Capabilities') ?? true,
    utc: flag('Utc'),
    utcAlarms: flag('UtcAlarms'),
    allDay: oneOf('AllDay', ['midnight', 'last-minute', 'date']),
    zone: text('Zone'),
    authority: text('Authority'),
    certificateName: text('CertificateName'),
  };
}
