import { CradleError } from '../../dbus/errors.js';
import { TimeLimit, within } from '../transports/deadline.js';
import type { Reader } from '../transports/reader.js';
import { presentable } from '../words.js';
import { type AtReply, AtReplyReader } from './reply.js';

/** Milliseconds. */
export interface AtPatience {
  /** For the answer to a command. */
  readonly answer: number;
  /** For a sign of life, before another way is tried. */
  readonly attention: number;
  /** Of silence before and after the escape sequence: register S12, a second on most modems (ITU-T V.250, 6.4). */
  readonly guard: number;
  /** Of silence that shows that nothing more is coming. */
  readonly silence: number;
  /** Before a line that has changed its mode takes the next command: Siemens' need a second. */
  readonly settle: number;
}

export const USUAL_PATIENCE: AtPatience = { answer: 4_000, attention: 600, guard: 1_100, silence: 60, settle: 1_000 };

/** Talks to a modem in AT commands (ITU-T V.250), one at a time. */
export class AtChat {
  readonly #reader: Reader;
  readonly #name: string;
  readonly #patience: AtPatience;

  /** `name` is what errors call the far side. */
  constructor(reader: Reader, name: string, patience: Partial<AtPatience> = {}) {
    this.#reader = reader;
    this.#name = name;
    this.#patience = { ...USUAL_PATIENCE, ...patience };
  }

  /**
   * Finds out whether somebody there understands AT commands, out of a data mode if need be unless told not to, and turns
   * the echo off. Fails with Timeout when nobody does.
   */
  async attract(signal: AbortSignal, { leave = true } = {}): Promise<void> {
    const mode = await this.#attentive(signal);
    if (mode === 'nothing' && !leave) throw this.#silent();
    if (mode === 'packets') await this.#send(DISCONNECT, signal);
    if (mode !== 'commands') await this.leaveDataMode(signal);
    await this.ask('ATE0V1', signal);
  }

  /** The reply to a command, whatever it is. Fails with Timeout, NotConnected and Cancelled. */
  async ask(command: string, signal: AbortSignal, patience = this.#patience.answer): Promise<AtReply> {
    const reader = new AtReplyReader(command);
    return await within(patience, `the answer of ${this.#name} to ${command}`, signal, async (limited) => {
      await this.#reader.channel.send(Buffer.from(`${command}\r`, 'latin1'), limited);
      for (;;) {
        const bytes = await this.#reader.read(limited);
        if (bytes === undefined) throw new CradleError('NotConnected', `${this.#name} has hung up`);
        const done = reader.take(bytes);
        if (done === undefined) continue;
        this.#reader.putBack(done.rest);
        return done.reply;
      }
    });
  }

  /** The lines that answer a command; undefined when it is refused or gets no answer. */
  async inquire(command: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    try {
      const { outcome, lines } = await this.ask(command, signal);
      return outcome === 'refused' ? undefined : lines;
    } catch (error) {
      if (!(error instanceof CradleError) || error.code !== 'Timeout' || signal.aborted) throw error;
      await this.#reader.drop(this.#patience.silence, signal);
      return undefined;
    }
  }

  /**
   * Goes through the commands that lead into a data mode, such as OBEX: each has to be answered with OK or CONNECT. Fails
   * with Unsupported, naming the command that was refused.
   */
  async enter(commands: readonly string[], signal: AbortSignal): Promise<void> {
    for (const command of commands) {
      const { outcome, result } = await this.ask(command, signal);
      if (outcome === 'refused')
        throw new CradleError('Unsupported', `${this.#name} refuses ${command} with ${presentable(result, 60)}`);
      if (outcome === 'ok') await this.#pause(this.#patience.settle, signal);
    }
  }

  /** Back to AT commands: by DTR and a break where the line has them, by +++ otherwise. Fails with Timeout. */
  async leaveDataMode(signal: AbortSignal): Promise<void> {
    if ((await this.#hangUp(signal)) && (await this.#attentive(signal)) === 'commands') return;
    const { guard } = this.#patience;
    await this.#pause(guard, signal);
    await this.#send(Buffer.from('+++', 'latin1'), signal);
    await this.#pause(guard, signal);
    await this.#reader.drop(this.#patience.silence, signal);
    if ((await this.#attentive(signal)) === 'commands') return;
    throw this.#silent();
  }

  #silent(): CradleError {
    return new CradleError('Timeout', `${this.#name} does not answer to AT commands`);
  }

  /**
   * Whether anybody listens, and to what. Plain commands would be the beginning of a packet of 21,517 bytes to who was left
   * in OBEX, so the first is put into an OBEX ABORT; to all others that is noise before a command.
   */
  async #attentive(signal: AbortSignal): Promise<'commands' | 'packets' | 'nothing'> {
    const first = await this.#sign(Buffer.concat([ABORT_WITH, Buffer.from('AT\r\n', 'latin1')]), signal);
    return first === 'nothing' ? await this.#sign(Buffer.from('AT\r', 'latin1'), signal) : first;
  }

  async #sign(bytes: Uint8Array, signal: AbortSignal): Promise<'commands' | 'packets' | 'nothing'> {
    const { attention, silence } = this.#patience;
    await this.#send(bytes, signal);
    let heard = '';
    await this.#listen(attention, signal, (piece) => {
      heard = `${heard}${Buffer.from(piece).toString('latin1')}`.slice(-LONGEST_SIGN);
      return COMMAND_SIGN.test(heard) || PACKET_SIGN.test(heard);
    });
    await this.#reader.drop(silence, signal);
    return COMMAND_SIGN.test(heard) ? 'commands' : PACKET_SIGN.test(heard) ? 'packets' : 'nothing';
  }

  /** False where the line has no such wires. */
  async #hangUp(signal: AbortSignal): Promise<boolean> {
    const line = this.#reader.channel.line;
    if (line === undefined) return false;
    try {
      await line.setLines({ terminalReady: false, break: true });
      await this.#pause(this.#patience.guard / 4, signal);
      await line.setLines({ terminalReady: true, break: false });
    } catch (error) {
      if (error instanceof CradleError && error.code === 'Unsupported') return false;
      throw error;
    }
    await this.#reader.drop(this.#patience.silence, signal);
    return true;
  }

  /** What comes meanwhile is of the mode that is being left. */
  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    await this.#listen(milliseconds, signal, () => false);
  }

  /** Takes what comes for so long, or until it was heard what is waited for. Fails with NotConnected and Cancelled. */
  async #listen(milliseconds: number, signal: AbortSignal, heard: (piece: Uint8Array) => boolean): Promise<void> {
    using over = new TimeLimit(milliseconds);
    const both = AbortSignal.any([signal, over.signal]);
    try {
      for (;;) {
        const piece = await this.#reader.read(both);
        if (piece === undefined) throw new CradleError('NotConnected', `${this.#name} has hung up`);
        if (heard(piece)) return;
      }
    } catch (error) {
      if (!over.passed || signal.aborted) throw error;
    }
  }

  async #send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const { answer } = this.#patience;
    await within(answer, `room to write to ${this.#name}`, signal, (limited) =>
      this.#reader.channel.send(bytes, limited),
    );
  }
}

/** An OBEX ABORT (IrDA OBEX 1.5, section 3.4.5) whose connection id are the four bytes that follow. */
const ABORT_WITH = Uint8Array.of(0xff, 0x00, 0x08, 0xcb);
/** An OBEX DISCONNECT, after which many are back at commands. */
const DISCONNECT = Uint8Array.of(0x81, 0x00, 0x03);
/** Any final result of a command; and the head of any OBEX response, which has no more than that. */
const COMMAND_SIGN = /(?:^|[\r\n])(?:OK|ERROR|\+CME ERROR:[^\r\n]*)[\r\n]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are bytes
const PACKET_SIGN = /[\xa0\xc0-\xd5]\x00[\x03-\x40]/;
const LONGEST_SIGN = 256;
