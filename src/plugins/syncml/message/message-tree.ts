import type { Document, Element } from '../codec/document.js';
import { readCommands } from './command-reader.js';
import { writeCommand } from './command-writer.js';
import { all, element, incomplete, malformed, mark, only, quoted } from './element.js';
import { readHeader, writeHeader } from './header.js';
import type { Message } from './message.js';

/**
 * The message that a document is. Fails with InvalidItem, naming the element, where the message as a whole cannot be
 * answered: no SyncML, no readable SyncHdr, no SyncBody or more than one of them, two Finals. A single command that cannot
 * be understood is a Faulty among the others.
 */
export function readMessage(document: Document): Message {
  const { root, version } = document;
  if (root.name !== 'SyncML') throw malformed(`the document is no SyncML message but ${quoted(root.name)}`);
  const header = only(root, 'SyncHdr');
  if (header === undefined) throw incomplete('SyncML is without a SyncHdr');
  const body = only(root, 'SyncBody');
  if (body === undefined) throw incomplete('SyncML is without a SyncBody');
  const finals = all(body, 'Final').length;
  if (finals > 1) throw malformed('SyncBody has more than one Final');
  return { header: readHeader(header, version), commands: readCommands(body, undefined), final: finals === 1 };
}

/** Fails with Unsupported where the version of the header has no word for something that cannot be left out. */
export function writeMessage(message: Message): Element {
  const { header, commands, final } = message;
  const body = element('SyncBody', [
    ...commands.map((command) => writeCommand(command, header.version)),
    mark('Final', final),
  ]);
  return element('SyncML', [writeHeader(header), body]);
}
