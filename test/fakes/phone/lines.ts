/** A line of a card or an appointment, as a telephone has it in its memory: names in capitals, the value as its user reads it. */
export interface Line {
  readonly name: string;
  /** As they stood there, in capitals, those that tell of the encoding left out. */
  readonly parameters: readonly string[];
  readonly value: string;
}

const ENCODED = /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i;
const OF_THE_ENCODING = /^(?:(?:ENCODING=)?(?:QUOTED-PRINTABLE|8BIT|7BIT)|CHARSET=.*)$/;
/** Characters of a line before it is broken. */
const WIDTH = 70;

/** Lines of vCard 2.1 and vCalendar 1.0, in UTF-8. What is no line is left out. */
export function readLines(body: string): readonly Line[] {
  const physical = body.split(/\r\n|\r|\n/);
  const lines: Line[] = [];
  for (let at = 0; at < physical.length; at++) {
    let text = physical[at] ?? '';
    const encoded = ENCODED.test(text);
    if (encoded) while (text.endsWith('=') && at + 1 < physical.length) text = text.slice(0, -1) + physical[++at];
    else while (/^[ \t]/.test(physical[at + 1] ?? '')) text += physical[++at];
    const colon = text.indexOf(':');
    if (colon <= 0) continue;
    const [name = '', ...parameters] = text.slice(0, colon).toUpperCase().split(';');
    const value = text.slice(colon + 1);
    lines.push({
      name: name.replace(/^.*\./, ''),
      parameters: parameters.map((one) => one.replace(/^TYPE=/, '')).filter((one) => !OF_THE_ENCODING.test(one)),
      value: encoded ? fromQuotedPrintable(value) : value,
    });
  }
  return lines;
}

export const writeLines = (lines: readonly Line[]): string => lines.map((line) => `${writeLine(line)}\r\n`).join('');

function writeLine({ name, parameters, value }: Line): string {
  const head = [name, ...parameters].join(';');
  if (/^[\x20-\x3c\x3e-\x7e]*$/.test(value)) return `${head}:${value}`;
  return quoted(head, value);
}

/** A property in quoted-printable, whatever it holds. */
export const quoted = (head: string, value: string): string =>
  `${head};ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:${toQuotedPrintable(value)}`;

function toQuotedPrintable(text: string): string {
  let all = '';
  let width = 0;
  for (const octet of Buffer.from(text)) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x3d;
    const piece = plain || octet === 0x20 ? String.fromCharCode(octet) : `=${hexOf(octet)}`;
    if (width + piece.length > WIDTH) {
      all += '=\r\n';
      width = 0;
    }
    all += piece;
    width += piece.length;
  }
  return all;
}

const hexOf = (octet: number): string => octet.toString(16).toUpperCase().padStart(2, '0');

function fromQuotedPrintable(text: string): string {
  const octets = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1').toString();
}
