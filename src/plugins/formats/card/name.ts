import { type Component, first, type Property } from '../content-lines/component.js';
import { fieldsOf, textOf } from '../content-lines/values.js';
import { oneLine, organisationName, personName } from './names.js';

/**
 * What FN and N of a card say together. Some versions do without either, and conversions make up the one from the other
 * or both from ORG: what is made up, or might be, says nothing.
 */
export class Name {
  /** FN as far as it says something: empty where it follows from N or ORG. */
  readonly said: string;
  readonly #structured: boolean;

  constructor(card: Component) {
    const [n, fn] = [first(card, 'N'), first(card, 'FN')];
    const person = personName(card);
    const formatted = fn === undefined ? '' : oneLine(textOf(fn, card.dialect));
    // N of one field is what is made up where there is FN alone.
    const single =
      n === undefined ||
      fieldsOf(n, card.dialect)
        .slice(1)
        .every((field) => field.trim() === '');
    this.#structured = person !== '' && (!single || (formatted !== '' && formatted !== person));
    const name = formatted === '' && single ? person : formatted;
    this.said = name === (this.#structured ? person : organisationName(card)) ? '' : name;
  }

  /** Whether a property has something to say beside that. */
  says({ name }: Property): boolean {
    return name !== 'FN' && (name !== 'N' || this.#structured);
  }
}
