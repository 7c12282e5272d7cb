import { CradleError } from '../../../dbus/errors.js';
import type { Element, Node, Vocabulary } from '../codec/document.js';

const INCOMPLETE = 'a mandatory element is absent';
/** More digits than any 64-bit number has. */
const MOST_DIGITS = 20;
const LONGEST_QUOTE = 60;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

/** InvalidItem: something there is not as it has to be. */
export const malformed = (sentence: string): CradleError => new CradleError('InvalidItem', sentence);

/** InvalidItem: something mandatory is not there. */
export const incomplete = (sentence: string): CradleError =>
  new CradleError('InvalidItem', sentence, { cause: INCOMPLETE });

/** Which status of SyncML says the same: 412 incomplete command, 400 bad request. */
export const statusOf = (error: CradleError): 400 | 412 => (error.cause === INCOMPLETE ? 412 : 400);

/** What a peer wrote, short enough and plain enough for a sentence. */
export function quoted(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/g, '?');
  return plain.length <= LONGEST_QUOTE ? `"${plain}"` : `"${plain.slice(0, LONGEST_QUOTE)}..."`;
}

export const isElement = (node: Node): node is Element => typeof node !== 'string' && !(node instanceof Uint8Array);

/** Octets as text: UTF-8, or where they are none, an octet a character, so that different names stay different. */
export function textOfOctets(octets: Uint8Array): string {
  try {
    return utf8.decode(octets);
  } catch {
    return latin1.decode(octets);
  }
}

/** The child elements of that name, whatever vocabulary they claim: old phones leave namespaces out. */
export function all(parent: Element, name: string): readonly Element[] {
  const found: Element[] = [];
  for (const node of parent.children) if (isElement(node) && node.name === name) found.push(node);
  return found;
}

/** The child element of that name, of which there can be one. */
export function only(parent: Element, name: string): Element | undefined {
  let found: Element | undefined;
  for (const node of parent.children)
    if (isElement(node) && node.name === name) {
      if (found !== undefined) throw malformed(`${parent.name} has more than one ${name}`);
      found = node;
    }
  return found;
}

/** The text of an element, as it stands. */
export function wholeText(element: Element): string {
  const [first = '', ...rest] = element.children;
  if (rest.length === 0 && typeof first === 'string') return first;
  let text = '';
  for (const node of element.children) {
    if (isElement(node)) throw malformed(`${element.name} has a ${quoted(node.name)} where text is expected`);
    text += typeof node === 'string' ? node : textOfOctets(node);
  }
  return text;
}

/** The text of an element that names something: blanks around it are the writer's layout. */
export const text = (element: Element): string => wholeText(element).trim();

export function textIn(parent: Element, name: string): string | undefined {
  const child = only(parent, name);
  return child === undefined ? undefined : text(child);
}

/** Text that has to be there and not be empty, of at most so many characters. */
export function mandatory(parent: Element, name: string, longest: number): string {
  const found = textIn(parent, name);
  if (found === undefined || found === '') throw incomplete(`${parent.name} is without a ${name}`);
  if (found.length > longest) throw malformed(`the ${name} of ${parent.name} has ${found.length} characters`);
  return found;
}

export const flag = (parent: Element, name: string): boolean => only(parent, name) !== undefined;

/** A whole number of 0 or more; what a number cannot hold exactly is the greatest that it can. */
export function wholeNumber(value: string, what: string): number {
  if (!/^[0-9]+$/.test(value) || value.length > MOST_DIGITS)
    throw malformed(`${what} is not a number but ${quoted(value)}`);
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

export function numberIn(parent: Element, name: string): number | undefined {
  const value = textIn(parent, name);
  return value === undefined ? undefined : wholeNumber(value, `the ${name} of ${parent.name}`);
}

/** A part of an element to be made: nothing where there is none. */
export type Part = Node | undefined;

/** An element with those of its parts that there are. */
export function element(name: string, parts: readonly Part[] = [], vocabulary: Vocabulary = 'syncml'): Element {
  return { vocabulary, name, children: parts.filter((part) => part !== undefined) };
}

/** An element with a text, if there is one. */
export const leaf = (name: string, value: string | number | undefined, vocabulary?: Vocabulary): Part =>
  value === undefined ? undefined : element(name, value === '' ? [] : [String(value)], vocabulary);

/** An element without content, if it holds. */
export const mark = (name: string, holds: boolean | undefined, vocabulary?: Vocabulary): Part =>
  holds === true ? element(name, [], vocabulary) : undefined;
