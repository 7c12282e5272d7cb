import { isUtf8 } from 'node:buffer';
import { SaxesParser } from 'saxes';
import { CradleError } from '../../../dbus/errors.js';
import { type Marked, withMarkedReturns } from './carriage-returns.js';
import type { Version, Vocabulary } from './document.js';
import { isNamed, type Namespace, namespaceNamed, typeByText, vocabularyOfRoot } from './document-type.js';
import { isElementName } from './element-name.js';
import type { Allowance } from './limits.js';
import { lengthOfDoctype } from './markup.js';
import { quoted } from './quoted.js';
import { Tree } from './tree.js';
import type { ReadDocument } from './wbxml-reader.js';
import { xmlText } from './xml-text.js';

/** Octets; nobody needs one. */
const LONGEST_DOCTYPE = 4096;
/** The entities of XML itself; a document's own are not expanded. */
const ENTITIES = ['amp', 'lt', 'gt', 'quot', 'apos'];

/** An XML document. Attributes, comments and instructions are passed over. Fails with InvalidItem and LimitsExceeded. */
export function readXml(bytes: Buffer, charset: string | undefined, allowance: Allowance): ReadDocument {
  const { bytes: known, asOctets } = xmlText(bytes, charset);
  if (lengthOfDoctype(known) > LONGEST_DOCTYPE)
    throw new CradleError(
      'InvalidItem',
      `the document type of the XML document is longer than ${LONGEST_DOCTYPE} octets`,
    );
  const marked = withMarkedReturns(known);
  return new XmlReader(allowance, marked, asOctets).document();
}

class XmlReader {
  readonly #allowance: Allowance;
  readonly #tree: Tree;
  readonly #marked: Marked;
  readonly #asOctets: boolean;
  readonly #namespaces = new Map<string, Namespace | undefined>();
  #version: Version | undefined;

  constructor(allowance: Allowance, marked: Marked, asOctets: boolean) {
    this.#allowance = allowance;
    this.#tree = new Tree(allowance);
    this.#marked = marked;
    this.#asOctets = asOctets;
  }

  document(): ReadDocument {
    const parser = new SaxesParser({ xmlns: true });
    parser.ENTITIES = known(parser.ENTITIES);
    const text = (content: string): void => this.#text(content);
    parser.on('doctype', (doctype) => this.#doctype(doctype));
    parser.on('attribute', () => this.#allowance.piece());
    parser.on('opentag', ({ uri, local }) => this.#open(uri, local));
    parser.on('closetag', () => this.#tree.close());
    parser.on('text', text);
    parser.on('cdata', text);
    // It throws its errors where nobody listens; with one listener more, V8 makes the parser a slow object.
    try {
      parser.write(this.#marked.bytes.toString(this.#asOctets ? 'latin1' : 'utf8')).close();
    } catch (error) {
      if (error instanceof CradleError) throw error;
      throw new CradleError('InvalidItem', `the XML document is broken at ${plain(error)}`, { cause: error });
    }
    const { root } = this.#tree;
    if (root === undefined) throw new CradleError('InvalidItem', 'the XML document is empty');
    return { version: this.#version, root };
  }

  #doctype(doctype: string): void {
    const publicId = /\bPUBLIC\s+(?:"([^"]*)"|'([^']*)')/.exec(doctype);
    this.#version ??= typeByText(publicId?.[1] ?? publicId?.[2] ?? '')?.version;
  }

  #open(uri: string, name: string): void {
    const parent = this.#tree.current;
    const namespace = uri === '' ? undefined : this.#namespace(uri, name);
    const claimed = namespace?.vocabulary ?? parent?.vocabulary ?? vocabularyOfRoot(name);
    if (claimed === undefined) throw new CradleError('InvalidItem', `no document begins with ${quoted(name)}`);
    if (parent === undefined) {
      if (vocabularyOfRoot(name) !== claimed)
        throw new CradleError('InvalidItem', `no document begins with ${quoted(name)} of ${claimed}`);
      this.#version = namespace?.version ?? this.#version;
    }
    const vocabulary = parent === undefined ? claimed : meant(claimed, name, parent.vocabulary);
    if (!isNamed(vocabulary, name) && !isElementName(name))
      throw new CradleError('InvalidItem', `${quoted(name)} is no name of an element`);
    this.#tree.open(vocabulary, name);
  }

  #namespace(uri: string, name: string): Namespace {
    const known = this.#namespaces.get(uri) ?? namespaceNamed(uri);
    if (known === undefined)
      throw new CradleError('InvalidItem', `${quoted(uri)}, the namespace of ${quoted(name)}, is not known here`);
    this.#namespaces.set(uri, known);
    return known;
  }

  #text(content: string): void {
    if (this.#tree.current === undefined) return;
    const text = this.#marked.restored(content);
    if (!this.#asOctets) {
      this.#tree.text(text);
      return;
    }
    const octets = Buffer.from(text, 'latin1');
    if (octets.toString('latin1') !== text)
      throw new CradleError('InvalidItem', 'the XML document is not in UTF-8, and says characters by number');
    if (isUtf8(octets)) this.#tree.text(octets.toString());
    else this.#tree.octets(octets);
  }
}

/**
 * Phones leave out namespaces, or those of what is inside: what SyncML has no name for is MetInf or DevInf, and goes on
 * being so.
 */
function meant(claimed: Vocabulary, name: string, around: Vocabulary): Vocabulary {
  if (claimed !== 'syncml') return claimed;
  if (around !== 'syncml' && isNamed(around, name)) return around;
  if (isNamed('syncml', name)) return 'syncml';
  return vocabularyOfRoot(name) ?? (isNamed('metinf', name) ? 'metinf' : 'syncml');
}

/** Without what an object inherits, which the parser would take for entities too. */
function known(entities: Readonly<Record<string, string>>): Record<string, string> {
  const made: Record<string, string> = Object.create(null);
  for (const name of ENTITIES) made[name] = entities[name] ?? '';
  return made;
}

const plain = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '?');
