import { broken, type Limits } from './limits.js';

const SPACE = 0x20;
const TAB = 0x09;

/** A text's physical lines, whatever ends them: CRLF, LF, CR, or the CRCRLF of a file that was mistaken for a text twice. */
export class Lines {
  readonly #text: string;
  readonly #limits: Limits;
  #at = 0;
  /** Of the line taken last, from 1. */
  number = 0;

  constructor(text: string, limits: Limits) {
    this.#text = /\r(?!\n)/.test(text) ? text.replace(/\r+\n?/g, '\n') : text;
    this.#limits = limits;
  }

  /** The next physical line, or undefined at the end. */
  take(): string | undefined {
    const text = this.#text;
    const from = this.#at;
    if (from >= text.length) return undefined;
    if (++this.number > this.#limits.lines) throw broken(this.number, 'is one too many: the text has too many lines');
    let end = text.indexOf('\n', from);
    if (end < 0) end = text.length;
    this.#at = end + 1;
    if (end > from && text.charCodeAt(end - 1) === 0x0d) end--;
    return text.slice(from, end);
  }

  /** Whether the next line goes on where this one ended. */
  get folded(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    return code === SPACE || code === TAB;
  }

  /**
   * The line with those folded under it. RFC 5545 section 3.1 takes the white space away with the line break; vCard 2.1
   * section 2.1.3 breaks lines where there is white space, and keeps it; there, one with nothing else ends the value.
   */
  unfold(line: string, keep: boolean): string {
    const parts = [line];
    while (this.folded) {
      const next = this.take() ?? '';
      if (keep && next.trim() === '') break;
      parts.push(keep ? next : next.slice(1));
    }
    return parts.join('');
  }

  /** A quoted-printable line with those that its soft line breaks lead to. */
  soften(line: string): string {
    const parts: string[] = [];
    let rest: string | undefined = line;
    while (rest !== undefined && endsSoftly(rest)) {
      parts.push(rest.slice(0, rest.lastIndexOf('=')));
      rest = this.take();
    }
    parts.push(rest ?? '');
    return parts.join('');
  }

  /** The lines of a base64 block: indented or not, up to an empty line or one that is a property. */
  block(line: string): string {
    const parts = [line];
    for (;;) {
      const next = this.#peek();
      if (next.trim() === '' || !/^[A-Za-z0-9+/=\s]*$/.test(next)) break;
      parts.push(next);
      this.take();
    }
    return parts.join('').replace(/\s+/g, '');
  }

  #peek(): string {
    const end = this.#text.indexOf('\n', this.#at);
    return this.#text.slice(this.#at, end < 0 ? this.#text.length : end);
  }

  /** VERSION of the component that begins here: its rules hold from the first line on, wherever it is said. */
  version(): string | undefined {
    const window = this.#text.slice(this.#at, this.#at + VERSION_WITHIN);
    return /^[ \t]*(?:END[ \t]*:|VERSION[ \t]*(?:;[^:\r\n]*)?:[ \t]*([0-9.]+))/im.exec(window)?.[1];
  }
}

/** Characters; VERSION comes first in practice, and looking for it costs nothing much where it never comes. */
const VERSION_WITHIN = 4096;

/** An `=` at the end; blanks behind it were added on the way (RFC 2045 section 6.7 rule 3). */
export function endsSoftly(line: string): boolean {
  let end = line.length - 1;
  while (end >= 0 && (line.charCodeAt(end) === SPACE || line.charCodeAt(end) === TAB)) end--;
  return line.charCodeAt(end) === 0x3d;
}
