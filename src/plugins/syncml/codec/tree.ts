import type { Element, Node, Vocabulary } from './document.js';
import type { Allowance } from './limits.js';

const BLANK = /^[ \t\r\n]*$/;

interface Open {
  readonly element: Element;
  readonly children: Node[];
}

/** Puts a document together while it is read, the same for each encoding. Fails with LimitsExceeded. */
export class Tree {
  readonly #open: Open[] = [];
  readonly #allowance: Allowance;
  readonly #around: number;
  #top: Open | undefined;
  root: Element | undefined;

  /** With so many elements around its root, in the document that this one is nested in. */
  constructor(allowance: Allowance, around = 0) {
    this.#allowance = allowance;
    this.#around = around;
  }

  /** How many elements are open, with those around the root. */
  get depth(): number {
    return this.#around + this.#open.length;
  }

  /** The element that is open. */
  get current(): Element | undefined {
    return this.#top?.element;
  }

  open(vocabulary: Vocabulary, name: string): void {
    this.#allowance.element(this.depth);
    const children: Node[] = [];
    const element: Element = { vocabulary, name, children };
    this.#top?.children.push(element);
    this.root ??= element;
    this.#top = { element, children };
    this.#open.push(this.#top);
  }

  /** An element without content. */
  leaf(vocabulary: Vocabulary, name: string): void {
    this.open(vocabulary, name);
    this.close();
  }

  /** A text or a part of one. */
  text(text: string): void {
    const children = this.#top?.children;
    if (children === undefined || text === '') return;
    const last = children.length - 1;
    const before = children[last];
    if (typeof before === 'string') children[last] = before + text;
    else children.push(text);
  }

  /** Octets, or a document of its own. */
  add(node: Uint8Array | Element): void {
    if (node instanceof Uint8Array && node.length === 0) return;
    this.#top?.children.push(node);
  }

  close(): void {
    const closed = this.#open.pop();
    this.#top = this.#open.at(-1);
    if (closed !== undefined && closed.children.length > 1) withoutLayout(closed.children);
  }
}

/** Blanks between elements are layout, and not content. */
function withoutLayout(children: Node[]): void {
  if (!children.some((node) => typeof node === 'object' && !(node instanceof Uint8Array))) return;
  const kept = children.filter((node) => typeof node !== 'string' || !BLANK.test(node));
  if (kept.length < children.length) children.splice(0, children.length, ...kept);
}
