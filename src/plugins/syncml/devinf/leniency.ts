import { asCradleError } from '../../../dbus/errors.js';
import type { Element } from '../codec/document.js';
import { all, quoted, text, wholeNumber } from '../message/element.js';

const MOST_COMPLAINTS = 50;
const LONGEST_TEXT = 1024;

/** Takes of a device's words what makes sense, and notes what does not. */
export class Leniency {
  readonly #complaints: string[] = [];

  get complaints(): readonly string[] {
    return this.#complaints;
  }

  complain(sentence: string): void {
    if (this.#complaints.length < MOST_COMPLAINTS) this.#complaints.push(sentence);
  }

  /** The text of the first child of that name; undefined where there is none, or it is empty or too long. */
  text(parent: Element, name: string): string | undefined {
    const [first, ...more] = all(parent, name);
    if (first === undefined) return undefined;
    if (more.length > 0) this.complain(`${parent.name} has more than one ${name}, of which the first is taken`);
    return this.textOf(first);
  }

  textOf(element: Element): string | undefined {
    try {
      const found = text(element);
      if (found.length <= LONGEST_TEXT) return found === '' ? undefined : found;
      this.complain(`${element.name} is left out, for it has ${found.length} characters`);
    } catch (error) {
      this.complain(asCradleError(error).message);
    }
    return undefined;
  }

  has(parent: Element, name: string): boolean {
    return all(parent, name).length > 0;
  }

  /** A number above 0: there are devices that write 0 where they mean that they do not know. */
  size(parent: Element, name: string): number | undefined {
    const found = this.text(parent, name);
    const size = found === undefined ? undefined : this.number(() => found, name);
    return size === 0 ? undefined : size;
  }

  number(read: () => string, name: string): number | undefined {
    try {
      return wholeNumber(read(), name);
    } catch (error) {
      this.complain(asCradleError(error).message);
      return undefined;
    }
  }

  upTo<T>(most: number, list: readonly T[], name: string): readonly T[] {
    if (list.length <= most) return list;
    this.complain(`of ${list.length} elements ${quoted(name)} the first ${most} are taken`);
    return list.slice(0, most);
  }
}
