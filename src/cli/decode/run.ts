import { CradleError } from '../../dbus/errors.js';
import { encodeDocument } from '../../plugins/syncml/codec/codec.js';
import type { Element, Encoding, Node, Version } from '../../plugins/syncml/codec/document.js';
import { readableXml } from '../../plugins/syncml/codec/readable.js';
import { retyped } from '../../plugins/syncml/codec/retyped.js';
import type { Arguments } from '../arguments.js';
import type { Context } from '../command.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import { shown } from '../width.js';
import { readInput, writeOutput } from './file.js';
import { type Found, readFound } from './reading.js';

/** What a document without a version is written as: every peer that gives none reads it. */
const UNNAMED: Version = '1.2';

/** `cradle decode`: reads what is named, and prints or converts it. */
export async function runDecode(context: Context, given: Arguments): Promise<ExitCode> {
  const path = given.first();
  const output = given.text('output');
  const to = given.text('to');
  if (to === 'wbxml' && output === undefined && context.screen.isTerminal)
    throw new UsageError('WBXML is nothing for a terminal: use --output, or send it elsewhere');
  const octets = await readInput(context, path);
  try {
    const found = readFound(octets);
    if (to === 'xml' || to === 'wbxml') await writeOutput(context, output, converted(found, to));
    else if (output !== undefined) await writeOutput(context, output, Buffer.from(readable(found, octets)));
    else if (context.json) context.screen.json(plain(found));
    else context.screen.raw(forPeople(readable(found, octets), context.screen.isTerminal));
  } catch (error) {
    if (!(error instanceof CradleError)) throw error;
    const name = path === '-' ? 'standard input' : shown(path);
    throw new CradleError(error.code, `${name}: ${error.message}`, { cause: error });
  }
  return EXIT.ok;
}

function converted(found: Found, to: Encoding): Buffer {
  if (found.kind === 'notification')
    throw new CradleError('Unsupported', 'a notification of OMA DS 1.2 has an encoding of its own, and no other');
  const { root, encoding, version = UNNAMED } = found.document;
  return encodeDocument(encoding === to ? root : retyped(root, to), to, version);
}

function readable(found: Found, octets: Buffer): string {
  const size = `${octets.length} octets`;
  if (found.kind === 'notification')
    return readableXml(found.root, { remark: `a server alerted notification, ${size}`, unnamed: 'syncml' });
  const { root, encoding, version } = found.document;
  const type = version === undefined ? root.name : `${root.name} ${version}`;
  return readableXml(root, { version, remark: `${type} in ${encoding === 'xml' ? 'XML' : 'WBXML'}, ${size}` });
}

/** A file must not write over a person's terminal. */
const forPeople = (text: string, isTerminal: boolean): string =>
  isTerminal
    ? text
        .split('\n')
        .map((line) => line.split('\t').map(shown).join('\t'))
        .join('\n')
    : text;

function plain(found: Found): unknown {
  if (found.kind === 'notification') return { kind: 'notification', root: plainNode(found.root) };
  const { encoding, version, root } = found.document;
  return { kind: 'document', encoding, version: version ?? null, root: plainNode(root) };
}

function plainNode(node: Node): unknown {
  if (typeof node === 'string') return node;
  if (node instanceof Uint8Array) return { base64: Buffer.from(node).toString('base64') };
  return plainElement(node);
}

const plainElement = ({ vocabulary, name, children }: Element): unknown => ({
  vocabulary,
  name,
  children: children.map(plainNode),
});
