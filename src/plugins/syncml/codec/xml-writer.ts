import { CradleError } from '../../../dbus/errors.js';
import { isXmlText, xmlTextOf } from './carries.js';
import type { Element, Version, Vocabulary } from './document.js';
import { namespaceFor } from './document-type.js';
import { OctetSink } from './octet-sink.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
/** Deeper than any document that is read here, and not so deep that the stack ends. */
const DEEPEST = 256;
const SPECIAL = /[&<>\r]/;
/** A carriage return is told by its number, or the reader's parser would make a line feed of it. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['\r', '&#13;'],
]);
const BY_OCTET = Array.from({ length: 0x100 }, (_, octet) => {
  const instead = ESCAPES.get(String.fromCharCode(octet));
  return instead === undefined ? undefined : Buffer.from(instead);
});

/**
 * The document in XML, in one line. Octets are written as the text that they are in UTF-8. Fails with InvalidItem on
 * octets that are no text, and on control characters, which XML cannot say.
 */
export function writeXml(root: Element, version: Version): Buffer {
  const writer = new XmlWriter(version);
  writer.element(root, undefined, 1);
  return writer.octets();
}

interface Tag {
  readonly begin: Uint8Array;
  readonly empty: Uint8Array;
  readonly end: Uint8Array;
}

class XmlWriter {
  /** By name where the vocabulary goes on, by both where another begins. */
  readonly #tags = new Map<string, Tag>();
  readonly #sink = new OctetSink();
  readonly #version: Version;

  constructor(version: Version) {
    this.#version = version;
    this.#sink.text(DECLARATION);
  }

  octets(): Buffer {
    return this.#sink.octets();
  }

  element(element: Element, around: Vocabulary | undefined, depth: number): void {
    if (depth > DEEPEST) throw new CradleError('InvalidItem', `more than ${DEEPEST} elements are inside one another`);
    const { vocabulary, name, children } = element;
    const sink = this.#sink;
    const tag = this.#tag(name, vocabulary, around);
    if (children.length === 0) {
      sink.add(tag.empty);
      return;
    }
    sink.add(tag.begin);
    for (const child of children) {
      if (typeof child === 'string') this.#text(child, name);
      else if (child instanceof Uint8Array) this.#octets(child, name);
      else this.element(child, vocabulary, depth + 1);
    }
    sink.add(tag.end);
  }

  #tag(name: string, vocabulary: Vocabulary, around: Vocabulary | undefined): Tag {
    const key = vocabulary === around ? name : `${vocabulary} ${name}`;
    let tag = this.#tags.get(key);
    if (tag === undefined) {
      const whole = vocabulary === around ? name : `${name} xmlns="${namespaceFor(vocabulary, this.#version)}"`;
      tag = { begin: Buffer.from(`<${whole}>`), empty: Buffer.from(`<${whole}/>`), end: Buffer.from(`</${name}>`) };
      this.#tags.set(key, tag);
    }
    return tag;
  }

  #text(text: string, name: string): void {
    if (!isXmlText(text))
      throw new CradleError('InvalidItem', `${name} has a control character, which XML cannot carry`);
    if (SPECIAL.test(text)) this.#sink.escaped(text, BY_OCTET);
    else this.#sink.text(text);
  }

  #octets(octets: Uint8Array, name: string): void {
    const text = xmlTextOf(octets);
    if (text === undefined)
      throw new CradleError(
        'InvalidItem',
        `${name} has ${octets.length} octets that are no text, which XML cannot carry`,
      );
    this.#text(text, name);
  }
}

/** A text as it stands between tags, on its own. */
export const escaped = (text: string): string => text.replaceAll(/[&<>\r]/g, (one) => ESCAPES.get(one) ?? one);
