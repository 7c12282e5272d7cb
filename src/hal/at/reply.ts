/** What a modem said to a command: ITU-T V.250, section 5.7; 3GPP TS 27.007, section 9. */
export interface AtReply {
  readonly outcome: 'ok' | 'connect' | 'refused';
  /** The final result code as it came: `OK`, `CONNECT`, `+CME ERROR: 3`. */
  readonly result: string;
  /** What came before it, without echo and without what belongs to no command. */
  readonly lines: readonly string[];
}

/** Bytes of one line, and lines of one reply, beyond which nobody is a telephone. */
const LONGEST_LINE = 2_048;
const MOST_LINES = 256;

const REFUSAL =
  /^(?:ERROR|NO CARRIER|NO ANSWER|NO DIAL ?TONE|BUSY|COMMAND NOT SUPPORT(?:ED)?|\+CM[ES] ERROR:.*|\+EXT ERROR:.*)$/i;
const CONNECTED = /^CONNECT(?:\s.*)?$/i;
const OK = /^OK$/i;
/** Lines that come unasked and belong to no command: a call, the network, a message, the telephone's own start. */
const UNSOLICITED = /^(?:RING|RINGING|\^SYSSTART.*|\+PBREADY|\+CRING:.*|\+CREG:.*|\+CIEV:.*|\+CMTI?:.*)$/i;
/** An answer with its command's name before it: `+CGMM: Nokia 6021`. */
const NAMED = /^([+*^#$%_][A-Za-z0-9]+):\s*(.*)$/;

/** Bytes in, lines out: empty ones are passed over, and too long ones are cut. */
export class AtLines {
  #line = '';

  /** Lines that are complete, up to one for which `until` holds, and the bytes behind that one. */
  take(
    bytes: Uint8Array,
    until: (line: string) => boolean,
  ): { readonly lines: readonly string[]; readonly rest: Uint8Array } {
    const lines: string[] = [];
    for (let index = 0; index < bytes.byteLength; index++) {
      const byte = bytes[index] ?? 0;
      if (byte !== 0x0d && byte !== 0x0a) {
        if (this.#line.length < LONGEST_LINE) this.#line += String.fromCharCode(byte);
        continue;
      }
      const line = decode(this.#line);
      this.#line = '';
      if (line === '') continue;
      lines.push(line);
      if (!until(line)) continue;
      // A line ends with both, and neither belongs to what follows.
      const end = byte === 0x0d && bytes[index + 1] === 0x0a ? index + 2 : index + 1;
      return { lines, rest: bytes.subarray(end) };
    }
    return { lines, rest: new Uint8Array() };
  }
}

/** Lines in, the reply to one command out. */
export class AtReplyReader {
  readonly #command: string;
  readonly #name: string;
  readonly #lines: string[] = [];
  readonly #splitter = new AtLines();

  constructor(command: string) {
    this.#command = command.toUpperCase();
    this.#name = /^AT([+*^#$%_][A-Za-z0-9]+)/i.exec(command)?.[1]?.toUpperCase() ?? '';
  }

  /** The reply once it is complete, with the bytes that came after it. */
  take(bytes: Uint8Array): { readonly reply: AtReply; readonly rest: Uint8Array } | undefined {
    const { lines, rest } = this.#splitter.take(bytes, isFinal);
    for (const line of lines) {
      if (isFinal(line)) return { reply: { outcome: outcomeOf(line), result: line, lines: this.#lines }, rest };
      const answer = this.#answer(line);
      if (answer !== undefined && answer !== '' && this.#lines.length < MOST_LINES) this.#lines.push(answer);
    }
    return undefined;
  }

  #answer(line: string): string | undefined {
    if (line.toUpperCase() === this.#command) return undefined;
    const [, name, value] = NAMED.exec(line) ?? [];
    if (name !== undefined && this.#name !== '') return name.toUpperCase() === this.#name ? value?.trim() : undefined;
    return UNSOLICITED.test(line) ? undefined : line;
  }
}

const isFinal = (line: string): boolean => OK.test(line) || CONNECTED.test(line) || REFUSAL.test(line);

const outcomeOf = (line: string): AtReply['outcome'] =>
  OK.test(line) ? 'ok' : CONNECTED.test(line) ? 'connect' : 'refused';

/** UTF-8 where it is, else Latin-1; without control characters. */
function decode(latin: string): string {
  const bytes = Buffer.from(latin, 'latin1');
  let text = latin;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Some makers write their name in Latin-1.
  }
  return text.replace(/\p{Cc}/gu, '').trim();
}
