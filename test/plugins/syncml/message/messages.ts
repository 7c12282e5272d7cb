import type { Document, Element, Node, Version } from '../../../../src/plugins/syncml/codec/document.js';
import type { Command, Header } from '../../../../src/plugins/syncml/message/message.js';
import { readMessage } from '../../../../src/plugins/syncml/message/message-tree.js';
import { syncml } from '../codec/trees.js';

export const HEADER: Header = {
  version: '1.2',
  sessionId: '7',
  messageId: 2,
  target: { uri: 'http://sync.example/' },
  source: { uri: 'IMEI:004400' },
};

/** The elements of a SyncHdr, with others in their stead or none. */
export const headerWith = (others: Readonly<Record<string, readonly Node[] | undefined>> = {}): Element => {
  const parts: Readonly<Record<string, readonly Node[] | undefined>> = {
    VerDTD: ['1.2'],
    VerProto: ['SyncML/1.2'],
    SessionID: ['7'],
    MsgID: ['2'],
    Target: [syncml('LocURI', 'http://sync.example/')],
    Source: [syncml('LocURI', 'IMEI:004400')],
    ...others,
  };
  return syncml(
    'SyncHdr',
    ...Object.entries(parts).flatMap(([name, nodes]) => (nodes === undefined ? [] : [syncml(name, ...nodes)])),
  );
};

export const documentOf = (root: Element, version: Version | undefined = '1.2'): Document => ({
  encoding: 'xml',
  version,
  root,
});

/** A message with that body under a good header. */
export const bodyOf = (...body: readonly Node[]): Document =>
  documentOf(syncml('SyncML', headerWith(), syncml('SyncBody', ...body)));

/** The one command of a message of its own. */
export const commandOf = (element: Element): Command => {
  const [command, ...others] = readMessage(bodyOf(element)).commands;
  if (command === undefined || others.length > 0) throw new Error('one command was expected');
  return command;
};
