import { CradleError } from '../../../dbus/errors.js';
import type { Tags } from './code-page.js';
import type { Element, Node, Version, Vocabulary } from './document.js';
import { type DocumentType, typeFor } from './document-type.js';
import { OctetSink } from './octet-sink.js';
import * as is from './wbxml-tokens.js';

/** What libsynthesis writes, and every phone reads. */
const WBXML_1_2 = 0x02;
/** Deeper than any document that is read here, and not so deep that the stack ends. */
const DEEPEST = 256;

/**
 * The document in WBXML: text inline, octets as opaque data, an element of a vocabulary that has no code page in it as
 * opaque data with a document of its own. Fails with InvalidItem when no document begins with such an element.
 */
export function writeWbxml(root: Element, version: Version): Buffer {
  const type = typeFor(root.vocabulary, version);
  if (type === undefined)
    throw new CradleError('InvalidItem', `no document begins with ${root.name} of ${root.vocabulary}`);
  return new WbxmlWriter(type, 0).document(root);
}

class WbxmlWriter {
  readonly #type: DocumentType;
  readonly #pages: ReadonlyMap<Vocabulary, number>;
  readonly #body = new OctetSink();
  /** Names without a token, which the string table has. */
  readonly #literals = new Map<string, number>();
  readonly #strings = new OctetSink();
  #page = 0;
  #depth: number;

  constructor(type: DocumentType, depth: number) {
    this.#type = type;
    this.#pages = new Map(type.pages.map(({ vocabulary }, number) => [vocabulary, number]));
    this.#depth = depth;
    if (type.publicId.spelled) this.#strings.text(type.publicId.text);
  }

  document(root: Element): Buffer {
    this.#element(root);
    const head = new OctetSink();
    const { number, spelled } = this.#type.publicId;
    head.byte(WBXML_1_2);
    head.number(spelled ? 0 : number);
    if (spelled) head.number(0);
    head.number(is.UTF8_MIB);
    head.number(this.#strings.length);
    return Buffer.concat([head.octets(), this.#strings.octets(), this.#body.octets()]);
  }

  #element(element: Element): void {
    const page = this.#pages.get(element.vocabulary);
    if (page === undefined) {
      this.#opaque(this.#nested(element));
      return;
    }
    if (++this.#depth > DEEPEST)
      throw new CradleError('InvalidItem', `more than ${DEEPEST} elements are inside one another`);
    const tags = this.#type.pages[page];
    if (page !== this.#page) {
      this.#body.byte(is.SWITCH_PAGE);
      this.#body.byte(page);
      this.#page = page;
    }
    this.#tag(element, tags);
    this.#depth--;
  }

  #tag({ name, children }: Element, tags: Tags | undefined): void {
    const isEmpty = children.every((node) => isNothing(node));
    const content = isEmpty ? 0 : is.WITH_CONTENT;
    const token = tags?.tokens.get(name);
    if (token === undefined) {
      this.#body.byte(is.LITERAL | content);
      this.#body.number(this.#literal(name));
    } else this.#body.byte(token | content);
    if (isEmpty) return;
    for (const child of children) {
      if (typeof child === 'string') this.#text(child);
      else if (child instanceof Uint8Array) this.#opaque(child);
      else this.#element(child);
    }
    this.#body.byte(is.END);
  }

  /** Text with a zero in it, which would end an inline string, goes as octets. */
  #text(text: string): void {
    if (text === '') return;
    if (text.includes('\0')) {
      this.#opaque(Buffer.from(text));
      return;
    }
    this.#body.byte(is.STR_I);
    this.#body.text(text);
    this.#body.byte(0);
  }

  #opaque(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#body.byte(is.OPAQUE);
    this.#body.number(octets.length);
    this.#body.add(octets);
  }

  #nested(element: Element): Uint8Array {
    const type = typeFor(element.vocabulary, this.#type.version);
    if (type === undefined)
      throw new CradleError(
        'InvalidItem',
        `${element.name} of ${element.vocabulary} has no place in ${this.#type.root}`,
      );
    return new WbxmlWriter(type, this.#depth).document(element);
  }

  #literal(name: string): number {
    const known = this.#literals.get(name);
    if (known !== undefined) return known;
    if (this.#strings.length > 0 && this.#literals.size === 0) this.#strings.byte(0);
    const offset = this.#strings.length;
    this.#strings.text(name);
    this.#strings.byte(0);
    this.#literals.set(name, offset);
    return offset;
  }
}

const isNothing = (node: Node): boolean =>
  typeof node === 'string' ? node === '' : node instanceof Uint8Array && node.length === 0;
