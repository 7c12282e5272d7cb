import { CradleError } from '../../dbus/errors.js';
import type { Evidence, Probe, Sighting } from '../device.js';
import type { Channel, Transport } from '../transport.js';
import { Reader } from '../transports/reader.js';
import { presentable } from '../words.js';
import { AtChat, type AtPatience, USUAL_PATIENCE } from './chat.js';

/** Speeds that cables to telephones are set to, the usual one first. */
const SPEEDS = [115_200, 57_600, 19_200, 9_600] as const;

/** Where the answer to a command becomes a fact: 3GPP TS 27.007, sections 5.1 to 5.4, and V.250's for the older. */
const QUESTIONS: readonly (readonly [fact: string, ...commands: string[]])[] = [
  ['at.manufacturer', 'AT+CGMI', 'AT+GMI'],
  ['at.model', 'AT+CGMM', 'AT+GMM', 'ATI'],
  ['at.revision', 'AT+CGMR', 'AT+GMR'],
  ['at.serial', 'AT+CGSN', 'AT+GSN'],
];

/** Ways into OBEX, in the order in which they are asked for: the standard's, then the makers'. */
const OBEX_MODES: readonly (readonly [question: string, understands: RegExp, commands: string])[] = [
  ['AT+CPROT=?', /^\(?0\b|^\(?0[,-]/, 'AT+CPROT=0'],
  ['AT*EOBEX=?', /^/, 'AT*EOBEX'],
  ['AT^SQWE=?', /3/, 'AT^SQWE=0;AT^SQWE=3'],
  ['AT+MODE=?', /22/, 'AT+MODE=22'],
];

/** Facts are this long at most. */
const LONGEST = 120;

/** Asks a serial line who is behind it, in AT commands: the telephone, not the cable. */
export class AtProbe implements Probe {
  readonly name = 'at';
  readonly #transport: Transport;
  readonly #patience: AtPatience;

  constructor(transport: Transport, patience: Partial<AtPatience> = {}) {
    this.#transport = transport;
    this.#patience = { ...USUAL_PATIENCE, ...patience };
  }

  /** Fails with Timeout when nobody answers, and as the transport does. */
  async run(sighting: Sighting, signal: AbortSignal): Promise<Evidence> {
    await using channel = await this.#transport.open(sighting, signal);
    const name = sighting.evidence.get('node') ?? sighting.key;
    const chat = new AtChat(new Reader(channel), name, this.#patience);
    const facts = new Map<string, string>([['at.baud', String(await this.#attract(chat, channel, signal))]]);
    for (const [fact, ...commands] of QUESTIONS) {
      const answer = await firstAnswer(chat, commands, signal);
      if (answer !== undefined) facts.set(fact, answer);
    }
    const serial = facts.get('at.serial');
    if (serial !== undefined) facts.set('at.serial', serial.replace(/^IMEI[:\s]*/i, ''));
    for (const [plain, named] of [['manufacturer', 'at.manufacturer'] as const, ['model', 'at.model'] as const]) {
      const word = facts.get(named);
      if (word !== undefined) facts.set(plain, word);
    }
    const obex = await obexMode(chat, signal);
    if (obex !== undefined) facts.set('at.obex', obex);
    return facts;
  }

  /** The speed at which somebody answers. */
  async #attract(chat: AtChat, channel: Channel, signal: AbortSignal): Promise<number> {
    let silence: unknown;
    for (const [index, baud] of SPEEDS.entries()) {
      if (index > 0 && !(await setSpeed(channel, baud))) break;
      try {
        await chat.attract(signal, { leave: index === 0 });
        return baud;
      } catch (error) {
        if (!(error instanceof CradleError) || error.code !== 'Timeout' || signal.aborted) throw error;
        silence ??= error;
      }
    }
    throw silence;
  }
}

/** False where the line has no speed to set. */
async function setSpeed(channel: Channel, baud: number): Promise<boolean> {
  try {
    await channel.line?.setSpeed(baud);
    return channel.line !== undefined;
  } catch (error) {
    if (error instanceof CradleError && error.code === 'Unsupported') return false;
    throw error;
  }
}

async function firstAnswer(
  chat: AtChat,
  commands: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const command of commands) {
    const lines = await chat.inquire(command, signal);
    const answer = presentable(wordIn(lines?.[0] ?? ''), LONGEST);
    if (answer !== '') return answer;
  }
  return undefined;
}

/** Without its quotes. Motorola's model stands last in a list of the bands it knows: `"GSM900","GSM1800","MODEL=V3"`. */
const wordIn = (line: string): string => /"MODEL=([^"]+)"/.exec(line)?.[1] ?? line.replace(/^"(.*)"$/, '$1');

async function obexMode(chat: AtChat, signal: AbortSignal): Promise<string | undefined> {
  for (const [question, understands, commands] of OBEX_MODES) {
    const lines = await chat.inquire(question, signal);
    if (lines !== undefined && (lines.some((line) => understands.test(line)) || understands.test(''))) return commands;
  }
  return undefined;
}
