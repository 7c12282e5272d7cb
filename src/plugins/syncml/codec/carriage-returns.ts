const CR = '\r';
const CDATA = '<![CDATA[';
const QUOTES = [0x22, 0x27];
const GREATER = 0x3e;
const OPENING = 0x5b;
const CLOSING = 0x5d;

/**
 * XML 1.0, section 2.11 lets a parser make a line feed of every line end. Peers of SyncML count the octets of a card that
 * has both, and write them raw; so carriage returns in text go through the parser as another character.
 */
export class CarriageReturns {
  readonly text: string;
  readonly #mark: string | undefined;

  constructor(text: string) {
    this.#mark = text.includes(CR) ? MARKS.find((mark) => !text.includes(mark)) : undefined;
    this.text = this.#mark === undefined ? text : marked(text, this.#mark);
  }

  /** A text of the document as it was. */
  restored(text: string): string {
    return this.#mark === undefined ? text : text.replaceAll(this.#mark, CR);
  }
}

/** Characters that XML allows and nobody writes: the controls of ISO 6429 but NEL, then private ones. */
const MARKS: readonly string[] = [
  ...Array.from({ length: 32 }, (_, at) => String.fromCharCode(0x80 + at)).filter((mark) => mark !== '\u0085'),
  ...Array.from({ length: 32 }, (_, at) => String.fromCharCode(0xe000 + at)),
];

/**
 * With the carriage returns of the text and CDATA inside the root replaced, and those of markup left; what does not end
 * is left to the parser.
 */
function marked(text: string, mark: string): string {
  let made = '';
  let at = 0;
  let depth = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const between = text.slice(at, open === -1 ? text.length : open);
    made += depth > 0 ? between.replaceAll(CR, mark) : between;
    if (open === -1) return made;
    at = endOfMarkup(text, open);
    if (at === -1) return made + text.slice(open);
    const markup = text.slice(open, at);
    made += markup.startsWith(CDATA) ? markup.replaceAll(CR, mark) : markup;
    depth += deeper(markup);
  }
  return made;
}

/** What a piece of markup adds to the number of elements that are open. */
function deeper(markup: string): number {
  if (markup.startsWith('</')) return -1;
  return markup.startsWith('<!') || markup.startsWith('<?') || markup.endsWith('/>') ? 0 : 1;
}

/** Behind what begins there; -1 where it does not end. */
function endOfMarkup(text: string, from: number): number {
  for (const [begin, end] of SECTIONS)
    if (text.startsWith(begin, from)) {
      const found = text.indexOf(end, from + begin.length);
      return found === -1 ? -1 : found + end.length;
    }
  return endOfTag(text, from);
}

const SECTIONS = [
  [CDATA, ']]>'],
  ['<!--', '-->'],
  ['<?', '?>'],
] as const;

/** Behind a tag, or a document type with what it declares in brackets. */
function endOfTag(text: string, from: number): number {
  let quote = 0;
  let brackets = 0;
  for (let at = from + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (quote !== 0) quote = unit === quote ? 0 : quote;
    else if (QUOTES.includes(unit)) quote = unit;
    else if (unit === OPENING) brackets++;
    else if (unit === CLOSING) brackets--;
    else if (unit === GREATER && brackets <= 0) return at + 1;
  }
  return -1;
}
