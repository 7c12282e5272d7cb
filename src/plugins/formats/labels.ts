import type { Property } from './content-lines/component.js';

/** The labels a person gave to properties of his, as `item1.X-ABLabel:boat` beside `item1.TEL`. */
export class Labels {
  readonly #labels = new Map<string, Property>();
  /** How many properties a group has. */
  readonly #sizes = new Map<string, number>();

  constructor(properties: readonly Property[]) {
    for (const one of properties) {
      if (one.group === '') continue;
      const group = one.group.toLowerCase();
      this.#sizes.set(group, (this.#sizes.get(group) ?? 0) + 1);
      if (one.name === 'X-ABLABEL' && !this.#labels.has(group)) this.#labels.set(group, one);
    }
  }

  /** The label of a property; empty when it has none. */
  of(one: Property): string {
    if (one.group === '') return '';
    const label = this.#labels.get(one.group.toLowerCase());
    return label === undefined || label === one ? '' : label.value;
  }

  /** Whether it is the label of another property, and is told with that one. */
  has(one: Property): boolean {
    if (one.group === '' || one.name !== 'X-ABLABEL') return false;
    const group = one.group.toLowerCase();
    return this.#labels.get(group) === one && (this.#sizes.get(group) ?? 0) > 1;
  }
}
