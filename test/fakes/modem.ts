import type { Channel } from '../../src/hal/transport.js';

/** How a simulated modem behaves. */
export interface ModemOptions {
  /** What it answers to a command in capitals: lines, the last of them the final result. All others are an ERROR. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
  readonly echo?: boolean;
  /** Between its lines. */
  readonly end?: string;
  /** Comes by itself before every answer. */
  readonly unasked?: string;
  /** What it does in a data mode that CONNECT led into; gets the bytes as they come, and says when to be back. */
  readonly data?: (bytes: Buffer, send: (bytes: Uint8Array) => void) => 'stay' | 'back';
  /** What it does with the line instead once CONNECT was said, until it is back at commands. */
  readonly connected?: (channel: Channel) => Promise<void>;
  /** It is in its data mode when the cable is plugged in. */
  readonly lost?: boolean;
}

/** A modem behind a cable: ITU-T V.250 as far as telephones have it. */
export class FakeModem {
  /** Commands as they came. */
  readonly asked: string[] = [];
  mode: 'commands' | 'data';
  #echo: boolean;
  readonly #channel: Channel;
  readonly #options: ModemOptions;

  constructor(channel: Channel, options: ModemOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#echo = options.echo ?? true;
    this.mode = options.lost === true ? 'data' : 'commands';
  }

  /** Until the cable is pulled. */
  async run(): Promise<void> {
    try {
      while (await this.#obey()) await this.#options.connected?.(this.#channel);
    } catch {
      // The cable is pulled.
    }
  }

  /** True when the line is somebody else's now. */
  async #obey(): Promise<boolean> {
    let line = '';
    for await (const piece of this.#channel.incoming) {
      if (this.mode === 'data') {
        this.mode = this.#hear(Buffer.from(piece));
        continue;
      }
      for (const char of Buffer.from(piece).toString('latin1')) {
        if (this.#echo) await this.#send(Buffer.from(char, 'latin1'));
        if (char !== '\r') line += char;
        else {
          await this.#answer(line);
          line = '';
        }
      }
      if (this.mode === 'commands' || this.#options.connected === undefined) continue;
      this.mode = 'commands';
      return true;
    }
    return false;
  }

  #hear(bytes: Buffer): 'commands' | 'data' {
    return this.#options.data?.(bytes, (answer) => void this.#send(answer)) === 'back' ? 'commands' : 'data';
  }

  async #answer(line: string): Promise<void> {
    // What stands before AT is noise.
    const command = /AT.*$/i.exec(line)?.[0]?.toUpperCase();
    if (command === undefined) return;
    this.asked.push(command);
    const { answers, end = '\r\n', unasked } = this.#options;
    if (/^ATE0/.test(command)) this.#echo = false;
    const lines = answers[command] ?? (/^AT(?:E0V1)?$/.test(command) ? ['OK'] : ['ERROR']);
    const said = unasked === undefined ? lines : [unasked, ...lines];
    await this.#send(Buffer.from(said.map((word) => `${end}${word}${end}`).join(''), 'utf8'));
    if (lines.at(-1)?.startsWith('CONNECT')) this.mode = 'data';
  }

  #send(bytes: Uint8Array): Promise<void> {
    return this.#channel.send(bytes, new AbortController().signal).catch(() => undefined);
  }
}
