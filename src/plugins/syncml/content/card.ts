import { CradleError } from '../../../dbus/errors.js';
import { type CardDialect, canonicalCard, convertedCard } from '../../formats/card/convert.js';
import type { Component } from '../../formats/content-lines/component.js';
import { parseSingle } from '../../formats/content-lines/parse.js';
import { writeContentLines } from '../../formats/content-lines/write.js';
import { enrich } from '../../formats/enrich.js';
import { identityOfComponent } from '../../formats/identity.js';
import { likenessOfComponent } from '../../formats/likeness.js';
import { type Capabilities, reducedComponent } from '../../formats/reduce.js';
import type { Content } from '../dialogue/conversation.js';
import type { Enriched, Form, Outbound, Put } from './form.js';
import { kinOf } from './kinship.js';
import type { Plain, Versions } from './plain.js';

export const CARD = 'text/vcard';

export interface CardHabits {
  readonly dialect: CardDialect;
  /** What the device calls that dialect. */
  readonly type: string;
  readonly capabilities: Capabilities;
  /** Of what it sends and wants, where a property names none; UTF-8 if not told. */
  readonly charset?: string | undefined;
}

/** Address books: vCard 3.0 here, what the device prefers there. */
export class CardForm implements Form {
  readonly contentTypes = [CARD, 'text/x-vcard', 'text/directory'];
  readonly #habits: CardHabits;

  constructor(habits: CardHabits) {
    this.#habits = habits;
  }

  read({ bytes }: Content): Plain {
    return plain(canonicalCard(cardOf(bytes, this.#habits.charset)));
  }

  write({ body }: Put): Outbound {
    const { dialect, type, capabilities, charset } = this.#habits;
    const card = cardOf(body);
    const sent = reducedComponent(convertedCard(card, dialect), capabilities);
    const bytes = writeContentLines([sent], charset === undefined ? {} : { charset });
    const held = canonicalCard(sent);
    return {
      content: { type, bytes },
      held: { body: dialect === 'vcard-3.0' ? bytes : writeContentLines([held]), likeness: likenessOfComponent(held) },
      kin: kinOf(identityOfComponent(card)),
    };
  }

  enrich({ body, held, told }: Versions, now: Plain): Enriched {
    const rich = enrich({
      rich: body,
      sent: held,
      received: now.body,
      contentType: CARD,
      ...(told === undefined ? {} : { held: told }),
    });
    const identity = identityOfComponent(cardOf(rich));
    return { type: now.type, body: rich, summary: identity.summary, kin: kinOf(identity) };
  }
}

function cardOf(bytes: Uint8Array, charset?: string): Component {
  const card = parseSingle(bytes, charset);
  if (card.name !== 'VCARD') throw new CradleError('InvalidItem', `a ${card.name.slice(0, 40)} is no card`);
  return card;
}

function plain(card: Component): Plain {
  const identity = identityOfComponent(card);
  return {
    type: CARD,
    body: writeContentLines([card]),
    likeness: likenessOfComponent(card),
    summary: identity.summary,
    kin: kinOf(identity),
  };
}
