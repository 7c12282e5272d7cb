import { CradleError } from '../../../dbus/errors.js';
import type { Tags } from './code-page.js';
import type { Element, Version, Vocabulary } from './document.js';
import { isElementName } from './element-name.js';
import type { Allowance } from './limits.js';
import { brokenAt, Octets } from './octets.js';
import { quoted } from './quoted.js';
import { endOfString } from './string-table.js';
import { Tree } from './tree.js';
import { type Header, readHeader } from './wbxml-header.js';
import * as is from './wbxml-tokens.js';

export interface ReadDocument {
  readonly version: Version | undefined;
  readonly root: Element;
}

/** A WBXML document. Its octets are not copied: those of the tree are parts of them. Fails with InvalidItem and LimitsExceeded. */
export function readWbxml(bytes: Buffer, allowance: Allowance): ReadDocument {
  const { header, root } = new WbxmlReader(bytes, allowance, 0).document();
  return { version: header.named ? header.type.version : undefined, root };
}

class WbxmlReader {
  readonly #octets: Octets;
  readonly #allowance: Allowance;
  readonly #header: Header;
  readonly #tree: Tree;
  #page: Tags;

  constructor(bytes: Buffer, allowance: Allowance, depth: number) {
    this.#octets = new Octets(bytes);
    this.#allowance = allowance;
    this.#header = readHeader(this.#octets, allowance);
    this.#tree = new Tree(allowance, depth);
    this.#page = this.#pageNumbered(0);
  }

  document(): { readonly header: Header; readonly root: Element } {
    const octets = this.#octets;
    const tree = this.#tree;
    do {
      const at = octets.at;
      const token = octets.byte();
      if (token === is.END) this.#close(at);
      else if (token === is.STR_I) this.#text(at, this.#inline());
      else if (token === is.OPAQUE) this.#opaque(at);
      else if (token === is.SWITCH_PAGE) this.#page = this.#pageNumbered(octets.byte());
      else if (token === is.STR_T) this.#text(at, this.#header.strings.at(octets.number(), at));
      else if (token === is.ENTITY) this.#text(at, entity(octets.number(), at));
      else if (token === is.PI) this.#skipAttributes();
      else if (isExtension(token)) throw brokenAt(at, `the extension ${hex(token)} has no meaning here`);
      else this.#tag(token, at);
    } while (tree.root === undefined);
    this.#nothingFollows();
    return { header: this.#header, root: tree.root };
  }

  isOf(vocabulary: Vocabulary): boolean {
    return this.#header.named && this.#header.type.vocabulary === vocabulary;
  }

  #tag(token: number, at: number): void {
    const tag = token & is.TAG;
    const name = tag === is.LITERAL ? this.#literal(at) : this.#page.names[tag];
    if (name === undefined) {
      const { root, version } = this.#header.type;
      const page = this.#header.type.pages.indexOf(this.#page);
      throw brokenAt(at, `token ${hex(token)} is not known on code page ${page} of ${root} ${version}`);
    }
    this.#tree.open(this.#page.vocabulary, name);
    if ((token & is.WITH_ATTRIBUTES) !== 0) this.#skipAttributes();
    if ((token & is.WITH_CONTENT) === 0) this.#tree.close();
  }

  #literal(at: number): string {
    const name = this.#header.strings.at(this.#octets.number(), at);
    if (!isElementName(name)) throw brokenAt(at, `${quoted(name)} is no name of an element`);
    return name;
  }

  #close(at: number): void {
    if (this.#tree.current === undefined) throw brokenAt(at, 'an element ends that has not begun');
    this.#tree.close();
  }

  #text(at: number, content: string | Uint8Array): void {
    if (this.#tree.current === undefined) throw brokenAt(at, 'there is content outside of the document');
    if (typeof content === 'string') this.#tree.text(content);
    else this.#tree.octets(content);
  }

  /** An inline string; octets where it is no text in the charset that the document declares, as with cards of old phones. */
  #inline(): string | Uint8Array {
    const { bytes, at } = this.#octets;
    const { charset } = this.#header;
    const end = endOfString(bytes, at, charset);
    if (end === -1) throw brokenAt(at, 'a string there does not end');
    this.#octets.at = end + charset.unit;
    return charset.decode(bytes, at, end) ?? bytes.subarray(at, end);
  }

  #opaque(at: number): void {
    const octets = this.#octets.take(this.#octets.number());
    const around = this.#tree.current;
    const isItem = around?.vocabulary === 'syncml' && around.name === 'Data' && around.count === 0;
    const nested = isItem ? deviceInformation(octets, this.#allowance, this.#tree.depth) : undefined;
    if (nested === undefined) this.#text(at, octets);
    else this.#tree.element(nested);
  }

  /** None of our vocabularies has attributes, nor instructions; what peers invent is passed over. */
  #skipAttributes(): void {
    const octets = this.#octets;
    for (;;) {
      const at = octets.at;
      const token = octets.byte();
      if (token === is.END) return;
      if (token === is.SWITCH_PAGE) octets.byte();
      else if (token === is.STR_I || (token >= is.EXT_I_0 && token <= is.EXT_I_2)) this.#inline();
      else if (token === is.OPAQUE) octets.take(octets.number());
      else if (token === is.ENTITY || token === is.LITERAL || (token >= is.EXT_T_0 && token <= is.STR_T))
        octets.number();
      else if (token === is.PI) throw brokenAt(at, 'an instruction is inside a tag');
    }
  }

  #pageNumbered(number: number): Tags {
    const { pages, root, version } = this.#header.type;
    const page = pages[number];
    if (page === undefined) throw brokenAt(this.#octets.at, `${root} ${version} has no code page ${number}`);
    return page;
  }

  /** Some phones fill their last packet with zeros. */
  #nothingFollows(): void {
    const octets = this.#octets;
    while (octets.at < octets.length) {
      const at = octets.at;
      const token = octets.byte();
      if (token === is.PI) this.#skipAttributes();
      else if (token !== 0) throw brokenAt(at, `${octets.length - at} octets follow the end of the document`);
    }
  }
}

/**
 * The document of device information that the octets of a Data are, if they are one; one that is broken stays octets, so
 * that the message around it can be answered.
 */
function deviceInformation(octets: Buffer, allowance: Allowance, depth: number): Element | undefined {
  const [first = 0] = octets;
  if (first < 1 || first > 3) return undefined;
  try {
    const reader = new WbxmlReader(octets, allowance, depth);
    return reader.isOf('devinf') ? reader.document().root : undefined;
  } catch (error) {
    if (error instanceof CradleError && error.code === 'InvalidItem') return undefined;
    throw error;
  }
}

function entity(code: number, at: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw brokenAt(at, `${hex(code)} is no character`);
  return String.fromCodePoint(code);
}

const isExtension = (token: number): boolean => (token & is.TAG) < is.LITERAL && token >= is.EXT_I_0;

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;
