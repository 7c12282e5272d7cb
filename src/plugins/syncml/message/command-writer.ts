import { CradleError } from '../../../dbus/errors.js';
import type { Element, Version } from '../codec/document.js';
import { writeChallenge, writeCredentials } from './credentials.js';
import { element, leaf, mark, type Part } from './element.js';
import { writeItem, writeLocation } from './item.js';
import type { Command, Item, MapItem, Meta } from './message.js';
import { writeMeta } from './meta.js';

/**
 * A command with its parts in the order of the document type, on which strict peers insist. Fails with Unsupported for what
 * the version has no word for, and for commands that exist to be refused.
 */
export function writeCommand(command: Command, version: Version): Element {
  return element(command.kind, [leaf('CmdID', command.id), ...partsOf(command, version)]);
}

function partsOf(command: Command, version: Version): readonly Part[] {
  switch (command.kind) {
    case 'Move':
      if (version !== '1.2') throw wordless('Move', version);
      return changeParts(command, version);
    case 'Add':
    case 'Replace':
    case 'Copy':
    case 'Delete':
      return changeParts(command, version);
    case 'Put':
    case 'Get':
      return [
        mark('NoResp', command.noResp),
        writeCredentials(command.credentials, version),
        writeMeta(command.meta, version),
        ...writeItems(command.items, command.meta, version),
      ];
    case 'Atomic':
    case 'Sequence':
      return [mark('NoResp', command.noResp), writeMeta(command.meta, version), ...within(command.commands, version)];
    case 'Sync':
      return [
        mark('NoResp', command.noResp),
        writeCredentials(command.credentials, version),
        writeLocation('Target', command.target, version),
        writeLocation('Source', command.source, version),
        writeMeta(command.meta, version),
        version === '1.0' ? undefined : leaf('NumberOfChanges', command.numberOfChanges),
        ...within(command.commands, version),
      ];
    case 'Alert':
      return [
        mark('NoResp', command.noResp),
        writeCredentials(command.credentials, version),
        leaf('Data', command.code),
        version === '1.2' ? leaf('Correlator', command.correlator) : undefined,
        ...writeItems(command.items, command.meta, version),
      ];
    case 'Results':
      return [
        leaf('MsgRef', command.messageRef),
        leaf('CmdRef', command.commandRef),
        writeMeta(command.meta, version),
        leaf('TargetRef', command.targetRef),
        leaf('SourceRef', command.sourceRef),
        ...writeItems(command.items, command.meta, version),
      ];
    case 'Status':
      return [
        leaf('MsgRef', command.messageRef),
        leaf('CmdRef', command.commandRef),
        leaf('Cmd', command.command),
        ...command.targetRefs.map((one) => leaf('TargetRef', one)),
        ...command.sourceRefs.map((one) => leaf('SourceRef', one)),
        writeCredentials(command.credentials, version),
        writeChallenge(command.challenge, version),
        leaf('Data', command.code),
        ...writeItems(command.items, command.meta, version),
      ];
    case 'Map':
      return [
        writeLocation('Target', command.target, version),
        writeLocation('Source', command.source, version),
        writeCredentials(command.credentials, version),
        writeMeta(command.meta, version),
        ...command.items.map((item) => writeMapItem(item, version)),
      ];
    case 'Exec':
    case 'Search':
    case 'Faulty':
      throw new CradleError('Unsupported', `a command of the kind ${command.kind} is never sent`);
  }
}

type ItemCommand = Extract<Command, { readonly kind: 'Add' | 'Replace' | 'Delete' | 'Copy' | 'Move' }>;

const changeParts = (command: ItemCommand, version: Version): readonly Part[] => [
  mark('NoResp', command.noResp),
  mark('Archive', command.archive),
  mark('SftDel', command.softDelete),
  writeCredentials(command.credentials, version),
  writeMeta(command.meta, version),
  ...writeItems(command.items, command.meta, version),
];

const within = (commands: readonly Command[], version: Version): readonly Element[] =>
  commands.map((command) => writeCommand(command, version));

function writeItems(items: readonly Item[], meta: Meta | undefined, version: Version): readonly Element[] {
  if (version === '1.0' && items.some((item) => item.moreData === true)) throw wordless('MoreData', version);
  return items.map((item) => writeItem(item, meta, version));
}

const writeMapItem = (item: MapItem, version: Version): Element =>
  element('MapItem', [
    writeLocation('Target', { uri: item.target }, version),
    writeLocation('Source', { uri: item.source }, version),
  ]);

const wordless = (name: string, version: Version): CradleError =>
  new CradleError('Unsupported', `SyncML ${version} has no ${name}`);
