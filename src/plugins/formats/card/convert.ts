import { CradleError } from '../../../dbus/errors.js';
import type { Component } from '../content-lines/component.js';
import { parseContentLines } from '../content-lines/parse.js';
import { type WriteOptions, writeContentLines } from '../content-lines/write.js';
import { fromVersion2, toVersion2 } from './version2.js';
import { fromVersion4, toVersion4 } from './version4.js';

export type CardDialect = 'vcard-2.1' | 'vcard-3.0' | 'vcard-4.0';

export interface CardConversion extends WriteOptions {
  /** What the bytes came labelled with, such as `iso-8859-1`, for properties that name no charset. */
  readonly from?: string;
}

/**
 * Cards of any version in another one, in UTF-8 with CRLF. All that the other version has no words for is kept as X-
 * properties and parameters, so that the way back restores it. Fails with InvalidItem for what is no card.
 */
export function convertCard(bytes: Uint8Array, to: CardDialect, options: CardConversion = {}): Uint8Array {
  const cards = parseContentLines(bytes, options.from);
  if (cards.length === 0) throw new CradleError('InvalidItem', 'the text holds no card');
  return writeContentLines(
    cards.map((card) => convertedCard(card, to)),
    options,
  );
}

/** One card in another version; itself where it has that already. */
export function convertedCard(card: Component, to: CardDialect): Component {
  if (card.name !== 'VCARD') throw new CradleError('InvalidItem', `a ${card.name} is no card`);
  if (card.dialect === to) return card;
  const canonical = canonicalCard(card);
  return to === 'vcard-2.1' ? toVersion2(canonical) : to === 'vcard-4.0' ? toVersion4(canonical) : canonical;
}

/** As vCard 3.0, which is what the engine and the desktop stores see. */
export function canonicalCard(card: Component): Component {
  if (card.dialect === 'vcard-2.1') return fromVersion2(card);
  return card.dialect === 'vcard-4.0' ? fromVersion4(card) : card;
}
