import { CradleError } from '../../../dbus/errors.js';
import type { Element } from '../codec/document.js';
import { readChallenge, readCredentials } from './credentials.js';
import {
  all,
  flag,
  incomplete,
  isElement,
  malformed,
  mandatory,
  numberIn,
  quoted,
  statusOf,
  text,
  textIn,
  wholeNumber,
} from './element.js';
import { readItem, readLocation } from './item.js';
import type { Command, Credentials, Faulty, Item, Location, MapItem, Meta } from './message.js';
import { readMeta } from './meta.js';

const LONGEST_ID = 64;
const LONGEST_NAME = 64;
/** Groups within groups; more are refused rather than followed. */
const DEEPEST = 8;
const DEFAULT_ALERT = 200;
const GREATEST_ALERT = 9999;

const CHANGES = ['Add', 'Replace', 'Delete', 'Copy', 'Move'] as const;
const OF_SYNC: ReadonlySet<string> = new Set([...CHANGES, 'Atomic', 'Sequence']);
const OF_GROUP: ReadonlySet<string> = new Set([...OF_SYNC, 'Sync', 'Map', 'Get', 'Put', 'Exec', 'Search', 'Alert']);
/** What of a body, of a Sync or of a group is no command. */
const PROPERTIES: ReadonlySet<string> = new Set(
  'CmdID NoResp Cred Target Source Meta NumberOfChanges Final'.split(' '),
);

/** The commands that an element holds, in their order; one that cannot be understood does not spoil the others. */
export function readCommands(parent: Element, allowed: ReadonlySet<string> | undefined, depth = 0): readonly Command[] {
  const commands: Command[] = [];
  for (const node of parent.children)
    if (isElement(node) && !PROPERTIES.has(node.name)) commands.push(readCommand(node, allowed, depth));
  return commands;
}

function readCommand(command: Element, allowed: ReadonlySet<string> | undefined, depth: number): Command {
  const { name } = command;
  let id = '';
  try {
    id = readId(command);
    if (depth > DEEPEST) return faulty(command, id, 405, 'groups stand within one another too deep');
    if (allowed !== undefined && !allowed.has(name) && READERS.has(name))
      return faulty(command, id, 405, 'it is not allowed there');
    const reader = READERS.get(name);
    if (reader === undefined) return faulty(command, id, 406, 'there is no such command');
    const meta = readMeta(command);
    const base = { id, ...(flag(command, 'NoResp') && { noResp: true }), ...(meta !== undefined && { meta }) };
    return reader(command, base, allowed ?? OF_GROUP, depth);
  } catch (thrown) {
    if (!(thrown instanceof CradleError) || thrown.code !== 'InvalidItem') throw thrown;
    return faulty(command, id, statusOf(thrown), thrown.message);
  }
}

/** A CmdID of 0 would name the SyncHdr. */
function readId(command: Element): string {
  const id = mandatory(command, 'CmdID', LONGEST_ID);
  if (/^0+$/.test(id)) throw malformed(`the CmdID of ${quoted(command.name)} is 0`);
  return id;
}

function faulty(command: Element, id: string, code: Faulty['code'], why: string): Faulty {
  const name = command.name.slice(0, LONGEST_NAME);
  const silent = name === 'Status' || all(command, 'NoResp').length > 0;
  const reason = `${quoted(name)}${id === '' ? '' : ` with the CmdID ${quoted(id)}`} is refused: ${why}`;
  return { kind: 'Faulty', id, name, code, reason, ...(silent && { noResp: true }) };
}

interface Base {
  readonly id: string;
  readonly noResp?: boolean;
  readonly meta?: Meta;
}

type Reader = (command: Element, base: Base, allowed: ReadonlySet<string>, depth: number) => Command;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...CHANGES.map((kind): [string, Reader] => [
    kind,
    (command, base) => ({
      kind,
      ...base,
      ...credentialsOf(command),
      ...(flag(command, 'Archive') && { archive: true }),
      ...(flag(command, 'SftDel') && { softDelete: true }),
      items: readItems(command, base.meta, true),
    }),
  ]),
  ...(['Atomic', 'Sequence'] as const).map((kind): [string, Reader] => [
    kind,
    (command, base, allowed, depth) => ({ kind, ...base, commands: readCommands(command, allowed, depth + 1) }),
  ]),
  ...(['Put', 'Get'] as const).map((kind): [string, Reader] => [
    kind,
    (command, base) => ({
      kind,
      ...base,
      ...credentialsOf(command),
      items: readItems(command, base.meta, true),
    }),
  ]),
  ...(['Exec', 'Search'] as const).map((kind): [string, Reader] => [kind, (_, base) => ({ kind, ...base })]),
  ['Sync', readSync],
  ['Alert', readAlert],
  ['Results', readResults],
  ['Status', readStatus],
  ['Map', readMap],
]);

function readSync(command: Element, base: Base, _: ReadonlySet<string>, depth: number): Command {
  const numberOfChanges = numberIn(command, 'NumberOfChanges');
  return {
    kind: 'Sync',
    ...base,
    ...credentialsOf(command),
    ...locationsOf(command),
    ...(numberOfChanges !== undefined && { numberOfChanges }),
    commands: readCommands(command, OF_SYNC, depth + 1),
  };
}

function readAlert(command: Element, base: Base): Command {
  const data = textIn(command, 'Data');
  const code = data === undefined || data === '' ? DEFAULT_ALERT : wholeNumber(data, 'the code of Alert');
  if (code > GREATEST_ALERT) throw malformed(`the code of Alert is ${code}`);
  const correlator = textIn(command, 'Correlator');
  return {
    kind: 'Alert',
    ...base,
    ...credentialsOf(command),
    code,
    ...(correlator !== undefined && { correlator }),
    items: readItems(command, base.meta, false),
  };
}

function readResults(command: Element, base: Base): Command {
  const messageRef = textIn(command, 'MsgRef');
  const targetRef = textIn(command, 'TargetRef');
  const sourceRef = textIn(command, 'SourceRef');
  return {
    kind: 'Results',
    ...base,
    ...(messageRef !== undefined && { messageRef }),
    commandRef: mandatory(command, 'CmdRef', LONGEST_ID),
    ...(targetRef !== undefined && { targetRef }),
    ...(sourceRef !== undefined && { sourceRef }),
    items: readItems(command, base.meta, false),
  };
}

function readStatus(command: Element, base: Base): Command {
  const challenge = readChallenge(command);
  const code = wholeNumber(mandatory(command, 'Data', Number.MAX_SAFE_INTEGER), 'the Data of Status');
  if (code < 100 || code > 599) throw malformed(`the Data of Status is ${code}`);
  return {
    kind: 'Status',
    ...base,
    messageRef: mandatory(command, 'MsgRef', LONGEST_ID),
    commandRef: mandatory(command, 'CmdRef', LONGEST_ID),
    command: mandatory(command, 'Cmd', LONGEST_NAME),
    targetRefs: all(command, 'TargetRef').map(text),
    sourceRefs: all(command, 'SourceRef').map(text),
    ...credentialsOf(command),
    ...(challenge !== undefined && { challenge }),
    code,
    items: readItems(command, base.meta, false),
  };
}

function readMap(command: Element, base: Base): Command {
  const items = all(command, 'MapItem').map(readMapItem);
  if (items.length === 0) throw incomplete('Map is without a MapItem');
  return { kind: 'Map', ...base, ...locationsOf(command), ...credentialsOf(command), items };
}

function readMapItem(item: Element): MapItem {
  const { target, source } = locationsOf(item);
  if (target === undefined || source === undefined) throw incomplete('MapItem is without its Target or Source');
  return { target: target.uri, source: source.uri };
}

function readItems(command: Element, meta: Meta | undefined, needed: boolean): readonly Item[] {
  const items = all(command, 'Item').map((item) => readItem(item, meta));
  if (needed && items.length === 0) throw incomplete(`${command.name} is without an Item`);
  return items;
}

function credentialsOf(command: Element): { readonly credentials?: Credentials } {
  const credentials = readCredentials(command);
  return credentials === undefined ? {} : { credentials };
}

function locationsOf(command: Element): { readonly target?: Location; readonly source?: Location } {
  const target = readLocation(command, 'Target');
  const source = readLocation(command, 'Source');
  return { ...(target !== undefined && { target }), ...(source !== undefined && { source }) };
}
