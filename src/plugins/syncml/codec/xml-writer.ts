import { CradleError } from '../../../dbus/errors.js';
import { isXmlText, xmlTextOf } from './carries.js';
import type { Element, Node, Version, Vocabulary } from './document.js';
import { namespaceFor } from './document-type.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const DEEPEST = 256;

/**
 * The document in XML, in one line. Octets are written as the text that they are in UTF-8. Fails with InvalidItem on
 * octets that are no text, and on control characters, which XML cannot say.
 */
export const writeXml = (root: Element, version: Version): string =>
  `${DECLARATION}${elementText(root, undefined, version, 1)}`;

function elementText(element: Element, around: Vocabulary | undefined, version: Version, depth: number): string {
  if (depth > DEEPEST) throw new CradleError('InvalidItem', `more than ${DEEPEST} elements are inside one another`);
  const { vocabulary, name } = element;
  const tag = vocabulary === around ? name : `${name} xmlns="${namespaceFor(vocabulary, version)}"`;
  let content = '';
  for (const child of element.children)
    content += isElement(child) ? elementText(child, vocabulary, version, depth + 1) : escaped(textIn(child, name));
  return content === '' ? `<${tag}/>` : `<${tag}>${content}</${name}>`;
}

const isElement = (node: Node): node is Element => typeof node === 'object' && !(node instanceof Uint8Array);

function textIn(content: string | Uint8Array, name: string): string {
  const text = typeof content === 'string' ? content : xmlTextOf(content);
  if (text === undefined) {
    const { length } = content;
    throw new CradleError('InvalidItem', `${name} has ${length} octets that are no text, which XML cannot carry`);
  }
  if (typeof content === 'string' && !isXmlText(text))
    throw new CradleError('InvalidItem', `${name} has a control character, which XML cannot carry`);
  return text;
}

/** A carriage return is told by its number, or the reader's parser would make a line feed of it. */
export function escaped(text: string): string {
  const marked = MARKUP.test(text) ? text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;') : text;
  return marked.includes('\r') ? marked.replace(/\r/g, '&#13;') : marked;
}

const MARKUP = /[&<>]/;
