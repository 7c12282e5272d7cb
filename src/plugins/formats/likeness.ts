import { hash } from 'node:crypto';
import { bytesOf, digestOf, sizeOf } from '../body.js';
import type { Item } from '../contract.js';
import { saidByCalendar } from './calendar/said.js';
import { canonicalCard } from './card/convert.js';
import { Name } from './card/name.js';
import type { Component } from './content-lines/component.js';
import { parseContentLines } from './content-lines/parse.js';
import { essenceOf, isEmpty, isVolatile } from './essence.js';
import { labelled } from './labels.js';
import { charsetOf, isContentLines, mediaTypeWord } from './media-type.js';

/** Larger texts are compared byte by byte: no card or appointment is that long. */
const LONGEST_TEXT = 4 * 1024 * 1024;

/**
 * A digest by which two items of the same content are matched on a first sync, whoever wrote them: cards in any version
 * and appointments without order, folding, encoding, empty and volatile properties, plain text without line ends, all
 * else byte by byte.
 */
export async function likeness(item: Item, signal: AbortSignal): Promise<string> {
  if (canonicalOf(item.contentType) === undefined || sizeOf(item.body) > LONGEST_TEXT)
    return digestOf(item.body, signal);
  return likenessOf(item.contentType, await bytesOf(item.body, LONGEST_TEXT, signal));
}

/** The same of a content that is at hand. */
export function likenessOf(contentType: string, bytes: Uint8Array): string {
  const canonical = bytes.byteLength > LONGEST_TEXT ? undefined : canonicalOf(contentType);
  return hash('sha256', canonical === undefined ? bytes : canonical(bytes, contentType), 'base64url');
}

/** The same of a card or a calendar that is read already. */
export const likenessOfComponent = (one: Component): string => hash('sha256', saidByAll([one]), 'base64url');

/** What an item's text says, for a digest. */
type Canonical = (bytes: Uint8Array, contentType: string) => string;

function canonicalOf(contentType: string): Canonical | undefined {
  if (isContentLines(contentType)) return contentLines;
  return mediaTypeWord(contentType) === 'text/plain' ? plainText : undefined;
}

/** latin1 keeps every byte apart, whatever the text's charset. */
const plainText: Canonical = (bytes) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/\r\n?/g, '\n')
    .replace(/\n+$/, '');

const contentLines: Canonical = (bytes, contentType) => {
  try {
    return saidByAll(parseContentLines(bytes, charsetOf(contentType)));
  } catch {
    // Broken texts are what they are.
    return plainText(bytes, contentType);
  }
};

const saidByAll = (components: readonly Component[]): string => components.map(saidByItem).join('\n');

function saidByItem(item: Component): string {
  if (item.name === 'VCARD') return said(labelled(canonicalCard(item)));
  if (item.name !== 'VCALENDAR') return said(item);
  try {
    return saidByCalendar(item);
  } catch {
    // Times that do not exist are what they are.
    return said(item);
  }
}

/** Of a component all that its properties and components say, in an order of its own. */
function said(of: Component): string {
  const name = of.name === 'VCARD' ? new Name(of) : undefined;
  const parts: string[] = name === undefined || name.said === '' ? [] : [`FN:${name.said}`];
  for (const one of of.properties) {
    // UID says nothing here, because devices mint their own.
    if (isVolatile(one.name) || one.name === 'UID' || isEmpty(one)) continue;
    if (name?.says(one) !== false) parts.push(essenceOf(one, of.dialect));
  }
  for (const one of of.components) parts.push(said(one));
  return `${of.name}{\n${parts.sort().join('\n')}\n}`;
}
