import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AtPatience } from '../../../src/hal/at/chat.js';
import { AtProbe } from '../../../src/hal/at/probe.js';
import type { Sighting } from '../../../src/hal/device.js';
import type { Channel, Transport } from '../../../src/hal/transport.js';
import { SerialTransport } from '../../../src/hal/transports/serial.js';
import { Pty } from '../../bed/pty.js';
import { linkedChannels } from '../../fakes/linked-channels.js';
import { FakeModem, type ModemOptions } from '../../fakes/modem.js';

const freshSignal = (): AbortSignal => new AbortController().signal;
const QUICK: AtPatience = { answer: 2_000, attention: 60, guard: 20, silence: 10, settle: 10 };

const LINE: Sighting = {
  key: '/devices/tty/ttyUSB0',
  source: 'udev',
  body: '/devices/usb1/1-1',
  evidence: new Map([['node', '/dev/ttyUSB0']]),
};

const NOKIA = {
  'AT+CGMI': ['Nokia', 'OK'],
  'AT+CGMM': ['Nokia 6021', 'OK'],
  'AT+CGMR': ['V 03.87', '16-11-05', 'RM-94', 'OK'],
  'AT+CGSN': ['357000001234567', 'OK'],
  'AT+CPROT=?': ['+CPROT: 0,"1.0",(16)', 'OK'],
};

/** A transport to a modem, which counts how often it was opened and closed. */
class ModemTransport implements Transport {
  readonly name = 'serial';
  readonly speeds: number[] = [];
  closed = 0;
  readonly #options: ModemOptions;
  readonly #baud: number;

  constructor(options: ModemOptions, baud = 115_200) {
    this.#options = options;
    this.#baud = baud;
  }

  async open(): Promise<Channel> {
    const [near, far] = linkedChannels();
    // At any other speed it hears noise.
    let right = this.#baud === 115_200;
    const deaf = { incoming: far.incoming, send: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
    const start = (): void => void new FakeModem(right ? far : deaf, this.#options).run();
    if (right) start();
    return {
      incoming: near.incoming,
      send: async (bytes, signal) => (right ? near.send(bytes, signal) : undefined),
      line: {
        setLines: async () => undefined,
        setSpeed: async (baud) => {
          this.speeds.push(baud);
          if (baud !== this.#baud || right) return;
          right = true;
          start();
        },
      },
      [Symbol.asyncDispose]: async () => {
        this.closed += 1;
        await near[Symbol.asyncDispose]();
      },
    };
  }
}

const probed = async (options: ModemOptions, baud?: number) => {
  const transport = new ModemTransport(options, baud);
  const facts = await new AtProbe(transport, QUICK).run(LINE, freshSignal());
  assert.equal(transport.closed, 1);
  return Object.fromEntries(facts);
};

test('a telephone says who it is and how to get into OBEX', async () => {
  assert.deepEqual(await probed({ answers: NOKIA }), {
    'at.baud': '115200',
    'at.manufacturer': 'Nokia',
    'at.model': 'Nokia 6021',
    'at.revision': 'V 03.87',
    'at.serial': '357000001234567',
    'at.obex': 'AT+CPROT=0',
    manufacturer: 'Nokia',
    model: 'Nokia 6021',
  });
});

test('makers have their own ways into OBEX', async () => {
  const { 'AT+CPROT=?': _, ...others } = NOKIA;
  const ways: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ['AT*EOBEX=?', ['OK'], 'AT*EOBEX'],
    ['AT^SQWE=?', ['^SQWE: (0-3)', 'OK'], 'AT^SQWE=0;AT^SQWE=3'],
    ['AT^SQWE=?', ['^SQWE: (0,2)', 'OK'], undefined],
    ['AT+MODE=?', ['+MODE: (0,2,8,22)', 'OK'], 'AT+MODE=22'],
    ['AT+CPROT=?', ['+CPROT: (1,8)', 'OK'], undefined],
  ];
  for (const [question, answer, way] of ways) {
    const facts = await probed({ answers: { ...others, [question]: answer } });
    assert.equal(facts['at.obex'], way, `${question} ${answer[0]}`);
  }
});

test('an old modem that knows only V.250 is asked in its own words, and quotes and labels go', async () => {
  const facts = await probed({
    answers: { 'AT+GMI': ['+GMI: "ACME"', 'OK'], ATI: ['Model 5', 'OK'], 'AT+CGSN': ['IMEI: 123', 'OK'] },
  });
  assert.equal(facts['at.manufacturer'], 'ACME');
  assert.equal(facts['at.model'], 'Model 5');
  assert.equal(facts['at.serial'], '123');
});

test("a model that stands in a list is found there, as with Motorola's", async () => {
  const facts = await probed({ answers: { 'AT+CGMM': ['+CGMM: "GSM900","GSM1800","MODEL=V3"', 'OK'] } });
  assert.equal(facts['at.model'], 'V3');
});

test('a cable with another speed is found, and the speed is told', async () => {
  const facts = await probed({ answers: NOKIA }, 19_200);
  assert.equal(facts['at.baud'], '19200');
  assert.equal(facts['at.model'], 'Nokia 6021');
});

test('names are one line of bounded length, whatever the device says', async () => {
  const facts = await probed({ answers: { 'AT+CGMM': [`A\u0007B\u202eC${'x'.repeat(500)}`, 'OK'] } });
  assert.match(facts['at.model'] ?? '', /^AB ?Cx{100,}$/);
  assert.ok((facts['at.model'] ?? '').length <= 120);
});

test('nobody there gives no facts, and the line is closed', async () => {
  const transport = new ModemTransport({ answers: {} }, 1);
  await assert.rejects(new AtProbe(transport, QUICK).run(LINE, freshSignal()), {
    code: 'Timeout',
    message: '/dev/ttyUSB0 does not answer to AT commands',
  });
  assert.deepEqual(transport.speeds, [57_600, 19_200, 9_600]);
  assert.equal(transport.closed, 1);
});

test('a probe that is given up closes the line', async () => {
  const transport = new ModemTransport({ answers: {} }, 1);
  const giveUp = new AbortController();
  const probe = new AtProbe(transport, { ...QUICK, attention: 10_000 }).run(LINE, giveUp.signal);
  setTimeout(() => giveUp.abort(), 10);
  await assert.rejects(probe, { code: 'Cancelled' });
  assert.equal(transport.closed, 1);
});

test('a telephone behind a real terminal says who it is', async (t) => {
  const far = await Pty.open(t);
  void new FakeModem(far, { answers: NOKIA }).run();
  const line = { ...LINE, evidence: new Map([['node', far.node]]) };
  const facts = await new AtProbe(new SerialTransport(), { ...QUICK, attention: 5_000 }).run(line, freshSignal());
  assert.equal(facts.get('at.model'), 'Nokia 6021');
});
