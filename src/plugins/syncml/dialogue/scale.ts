import type { Element, Encoding, Version } from '../codec/document.js';
import { writeCommand } from '../message/command-writer.js';
import { isElement } from '../message/element.js';
import type { Command, Header } from '../message/message.js';
import { writeMessage } from '../message/message-tree.js';

/** The declaration in XML; in WBXML a header, with the public identifier in words for 1.0. */
const DOCUMENT_OCTETS = { xml: 48, wbxml: 64 } as const;
/** A namespace in XML; in WBXML a switch to the code page and one back. */
const VOCABULARY_OCTETS = { xml: 32, wbxml: 4 } as const;

/**
 * How many octets something takes in a message, before it is encoded: never too few, and a few per cent too many. Each thing
 * is weighed once, so that filling messages to their limit costs no more than filling them.
 */
export class Scale {
  constructor(
    readonly encoding: Encoding,
    readonly version: Version,
  ) {}

  /** A message with no commands in it, Final included. */
  envelope(header: Header): number {
    const root = writeMessage({ header, commands: [], final: true });
    return DOCUMENT_OCTETS[this.encoding] + this.#element(root, undefined);
  }

  command(command: Command): number {
    return this.#element(writeCommand(command, this.version), 'syncml');
  }

  text(text: string | Uint8Array): number {
    const octets = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
    if (this.encoding === 'wbxml') return octets + (octets < 128 ? 3 : 6);
    return octets + escapes(typeof text === 'string' ? Buffer.from(text) : text);
  }

  /** So many octets, in base64. */
  base64(octets: number): number {
    return 4 * Math.ceil(octets / 3) + 6;
  }

  #element(element: Element, around: string | undefined): number {
    const { name, vocabulary, children } = element;
    let octets = this.encoding === 'wbxml' ? 2 : 2 * name.length + 5;
    if (vocabulary !== around) {
      octets += VOCABULARY_OCTETS[this.encoding];
      // In WBXML it is a document of its own within the Data.
      if (vocabulary === 'devinf') octets += DOCUMENT_OCTETS[this.encoding];
    }
    for (const child of children) octets += isElement(child) ? this.#element(child, vocabulary) : this.text(child);
    return octets;
  }
}

/** What references are longer than the characters they stand for: `&amp;` and `&#13;` by four, `&lt;` and `&gt;` by three. */
function escapes(text: Uint8Array): number {
  let more = 0;
  for (const octet of text)
    if (octet === 38 || octet === 13) more += 4;
    else if (octet === 60 || octet === 62) more += 3;
  return more;
}
