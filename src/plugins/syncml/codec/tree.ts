import type { Element, Node, Vocabulary } from './document.js';
import type { Allowance } from './limits.js';

const BLANK = /^[ \t\r\n]*$/;

/** An element whose end has not come yet; its place is taken again by the next one that is as deep. */
interface Open {
  vocabulary: Vocabulary;
  name: string;
  /** The children so far are the first `count`. */
  readonly children: Node[];
  count: number;
  hasElements: boolean;
  hasText: boolean;
}

/** Puts a document together while it is read, the same for each encoding. Fails with LimitsExceeded. */
export class Tree {
  readonly #open: Open[] = [];
  readonly #allowance: Allowance;
  readonly #around: number;
  #depth = 0;
  #root: Element | undefined;

  /** With so many elements around its root, in the document that this one is nested in. */
  constructor(allowance: Allowance, around = 0) {
    this.#allowance = allowance;
    this.#around = around;
  }

  /** There once it is closed. */
  get root(): Element | undefined {
    return this.#root;
  }

  /** The element that is open, the innermost. */
  get current(): Readonly<Pick<Open, 'vocabulary' | 'name' | 'count'>> | undefined {
    return this.#depth === 0 ? undefined : this.#open[this.#depth - 1];
  }

  /** How many elements are open, with those around the root. */
  get depth(): number {
    return this.#around + this.#depth;
  }

  open(vocabulary: Vocabulary, name: string): void {
    this.#allowance.element(this.depth);
    const open = this.#open[this.#depth];
    if (open === undefined)
      this.#open.push({ vocabulary, name, children: [], count: 0, hasElements: false, hasText: false });
    else {
      open.vocabulary = vocabulary;
      open.name = name;
      open.count = 0;
      open.hasElements = false;
      open.hasText = false;
    }
    this.#depth++;
  }

  /** A text or a part of one. */
  text(text: string): void {
    const open = this.#open[this.#depth - 1];
    if (open === undefined || text === '') return;
    const before = open.count === 0 ? undefined : open.children[open.count - 1];
    if (typeof before === 'string') open.children[open.count - 1] = before + text;
    else open.children[open.count++] = text;
    open.hasText = true;
  }

  octets(octets: Uint8Array): void {
    const open = this.#open[this.#depth - 1];
    if (open === undefined || octets.length === 0) return;
    this.#allowance.piece();
    open.children[open.count++] = octets;
  }

  /** A whole element, such as the root of a document inside this one. */
  element(element: Element): void {
    const open = this.#open[this.#depth - 1];
    if (open === undefined) {
      this.#root ??= element;
      return;
    }
    open.children[open.count++] = element;
    open.hasElements = true;
  }

  close(): void {
    const open = this.#open[--this.#depth];
    if (open === undefined) return;
    const { vocabulary, name, count } = open;
    const children = open.children.slice(0, count);
    this.element({ vocabulary, name, children: open.hasElements && open.hasText ? withoutLayout(children) : children });
  }
}

/** Blanks between elements are layout, and not content. */
const withoutLayout = (children: readonly Node[]): readonly Node[] =>
  children.filter((node) => typeof node !== 'string' || !BLANK.test(node));
