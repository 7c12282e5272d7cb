import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { CradleError } from '../../dbus/errors.js';
import { pause, systemClock } from '../clock.js';
import type { Sighting } from '../device.js';
import type { Channel, Transport } from '../transport.js';
import { stopIfAborted } from './deadline.js';
import { holderOf, lockHolder } from './holder.js';
import { type Port, SerialChannel } from './serial-channel.js';

/** What telephones and their cables agree on when nothing else is known; a USB modem does not care. */
export const USUAL_BAUD = 115_200;
const FASTEST_BAUD = 4_000_000;

/** Milliseconds. */
export interface SerialPatience {
  /** ModemManager looks at every new modem, which takes a few seconds: so long a busy line is waited for. */
  readonly busy: number;
  readonly between: number;
}

/** A tty, of a USB modem, of an adapter, or of a pty: 8 data bits, no parity, one stop bit, raw, locked. */
export class SerialTransport implements Transport {
  readonly name = 'serial';
  readonly #patience: SerialPatience;

  constructor(patience: Partial<SerialPatience> = {}) {
    this.#patience = { busy: 8_000, between: 250, ...patience };
  }

  /** Opens the sighting's `node` at `at.baud`, the speed the probe found, or the usual one. */
  async open(sighting: Sighting, signal: AbortSignal): Promise<Channel> {
    const node = sighting.evidence.get('node');
    if (node === undefined) throw new CradleError('NotConnected', `${sighting.key} has no device node`);
    const port = await this.#openPatiently(node, baudOf(sighting), signal);
    const channel = await SerialChannel.over(port, node);
    try {
      stopIfAborted(signal, `opening ${node}`);
    } catch (error) {
      await channel[Symbol.asyncDispose]();
      throw error;
    }
    return channel;
  }

  async #openPatiently(node: string, baud: number, signal: AbortSignal): Promise<Port> {
    const start = performance.now();
    for (;;) {
      try {
        await expectAccess(node);
        await expectUnlocked(node);
        return await open(node, baud);
      } catch (error) {
        if (!(error instanceof CradleError) || error.code !== 'Busy') throw error;
        if (performance.now() - start >= this.#patience.busy) throw error;
        await pause(systemClock, this.#patience.between, signal);
        stopIfAborted(signal, `opening ${node}`);
      }
    }
  }
}

function baudOf(sighting: Sighting): number {
  const baud = Number(sighting.evidence.get('at.baud') ?? USUAL_BAUD);
  return Number.isInteger(baud) && baud > 0 && baud <= FASTEST_BAUD ? baud : USUAL_BAUD;
}

async function expectAccess(node: string): Promise<void> {
  try {
    await access(node, constants.R_OK | constants.W_OK);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw gone
      ? new CradleError('NotConnected', `there is no ${node} any more`, { cause: error })
      : new CradleError('NotOwner', `${node} may not be opened by this user`, { cause: error });
  }
}

async function expectUnlocked(node: string): Promise<void> {
  const holder = await lockHolder(node);
  if (holder !== undefined) throw new CradleError('Busy', `${node} is in use by ${holder}`);
}

async function open(node: string, baudRate: number): Promise<Port> {
  // Loaded when a line is opened: a daemon without one starts sooner.
  const { SerialPort } = await import('serialport');
  try {
    return await SerialPort.binding.open({ path: node, baudRate, lock: true });
  } catch (error) {
    // The addon tells what went wrong in strerror's words alone.
    const reason = error instanceof Error ? error.message : String(error);
    if (/busy|cannot lock/i.test(reason)) {
      const holder = await holderOf(node);
      throw new CradleError('Busy', `${node} is in use by ${holder ?? 'another program'}`, { cause: error });
    }
    if (/permission|not permitted/i.test(reason))
      throw new CradleError('NotOwner', `${node} may not be opened by this user`, { cause: error });
    const what = /inappropriate ioctl/i.test(reason) ? 'is no serial line' : `could not be opened: ${reason}`;
    throw new CradleError('NotConnected', `${node} ${what}`, { cause: error });
  }
}
