import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AtChat, type AtPatience } from '../../../src/hal/at/chat.js';
import { Reader } from '../../../src/hal/transports/reader.js';
import { linkedChannels } from '../../fakes/linked-channels.js';
import { FakeModem, type ModemOptions } from '../../fakes/modem.js';

const freshSignal = (): AbortSignal => new AbortController().signal;
const QUICK: AtPatience = { answer: 2_000, attention: 60, guard: 20, silence: 10, settle: 10 };

function talking(options: ModemOptions, pieces = Number.POSITIVE_INFINITY) {
  const [near, far] = linkedChannels();
  far.pieces = pieces;
  const modem = new FakeModem(far, options);
  void modem.run();
  const reader = new Reader(near);
  return { modem, near, far, reader, chat: new AtChat(reader, 'the modem', QUICK) };
}

const ANSWERS = { 'AT+CGMM': ['+CGMM: Nokia 6021', 'OK'], 'AT+CGMI': ['Nokia', 'OK'], 'AT+CPROT=0': ['CONNECT'] };

for (const echo of [true, false])
  for (const end of ['\r\n', '\r', '\n'])
    for (const pieces of [1, Number.POSITIVE_INFINITY])
      test(`answers are understood with ${JSON.stringify(end)} between, echo ${echo}, in pieces of ${pieces}`, async () => {
        const { chat } = talking({ answers: ANSWERS, echo, end }, pieces);
        await chat.attract(freshSignal());
        assert.deepEqual(await chat.ask('AT+CGMM', freshSignal()), {
          outcome: 'ok',
          result: 'OK',
          lines: ['Nokia 6021'],
        });
        assert.deepEqual(await chat.inquire('AT+CGMI', freshSignal()), ['Nokia']);
        assert.equal(await chat.inquire('AT+CGMR', freshSignal()), undefined);
      });

test('the echo is turned off, and what it was before does not show', async () => {
  const { chat, modem } = talking({ answers: ANSWERS });
  await chat.attract(freshSignal());
  assert.deepEqual(modem.asked, ['AT', 'ATE0V1']);
});

for (const unasked of ['RING', '+CREG: 1', '^SYSSTART', '*EBCA: 1', '+CIEV: 2,1'])
  test(`${unasked} comes unasked and is no answer`, async () => {
    const { chat } = talking({ answers: ANSWERS, unasked });
    await chat.attract(freshSignal());
    assert.deepEqual(await chat.inquire('AT+CGMM', freshSignal()), ['Nokia 6021']);
  });

test('a refusal is told in the words of the modem', async () => {
  const { chat } = talking({ answers: { 'AT+CPROT=0': ['+CME ERROR: operation not supported'] } });
  await chat.attract(freshSignal());
  await assert.rejects(chat.enter(['AT+CPROT=0'], freshSignal()), {
    code: 'Unsupported',
    message: 'the modem refuses AT+CPROT=0 with +CME ERROR: operation not supported',
  });
});

test('what follows CONNECT is the data, to the byte', async () => {
  const { chat, far, reader } = talking({ answers: ANSWERS });
  await chat.attract(freshSignal());
  await chat.enter(['AT+CPROT=0'], freshSignal());
  await far.send(Uint8Array.of(0xa0, 0x0d, 0x0a), freshSignal());
  assert.deepEqual(await reader.read(freshSignal()), Uint8Array.of(0xa0, 0x0d, 0x0a));
});

test('nobody there is a time-out', async () => {
  const [near] = linkedChannels();
  const chat = new AtChat(new Reader(near), 'the modem', QUICK);
  await assert.rejects(chat.attract(freshSignal()), {
    code: 'Timeout',
    message: 'the modem does not answer to AT commands',
  });
});

test('an answer that never ends is a time-out, and memory is bounded', async () => {
  const [near, far] = linkedChannels();
  const chat = new AtChat(new Reader(near), 'the modem', { ...QUICK, answer: 100 });
  const noise = (async () => {
    for (let count = 0; count < 200; count++) await far.send(Buffer.alloc(10_000, 'x'), freshSignal());
  })();
  await assert.rejects(chat.ask('AT+CGMM', freshSignal()), { code: 'Timeout' });
  await noise;
});

test('a modem that hangs up is not connected, and asking can be given up', async () => {
  const { chat, far } = talking({ answers: {} });
  const giveUp = new AbortController();
  giveUp.abort();
  await assert.rejects(chat.ask('AT', giveUp.signal), { code: 'Cancelled' });
  await far[Symbol.asyncDispose]();
  await assert.rejects(chat.ask('AT', freshSignal()), { code: 'NotConnected' });
});

test('a telephone left in its data mode is brought back by +++ between two silences', async () => {
  let heard = '';
  const { chat, modem } = talking({
    answers: ANSWERS,
    lost: true,
    data: (bytes, send) => {
      heard += bytes.toString('latin1');
      if (bytes.toString('latin1') !== '+++') return 'stay';
      send(Buffer.from('\r\nOK\r\n'));
      return 'back';
    },
  });
  await chat.attract(freshSignal());
  assert.ok(heard.endsWith('+++'));
  assert.deepEqual(modem.asked, ['AT', 'ATE0V1']);
});

test('a telephone left in OBEX is told nothing that could be the beginning of a packet', async () => {
  const packets: string[] = [];
  const { chat } = talking({
    answers: ANSWERS,
    lost: true,
    data: (bytes, send) => {
      packets.push(bytes.toString('hex'));
      send(Uint8Array.of(0xa0, 0x00, 0x03));
      return bytes[0] === 0x81 ? 'back' : 'stay';
    },
  });
  await chat.attract(freshSignal());
  assert.deepEqual(packets, ['ff0008cb41540d0a', '810003']);
});

test('commands of several steps are given one after the other', async () => {
  const { chat, modem } = talking({ answers: { 'AT^SQWE=0': ['OK'], 'AT^SQWE=3': ['OK'] } });
  await chat.attract(freshSignal());
  await chat.enter(['AT^SQWE=0', 'AT^SQWE=3'], freshSignal());
  assert.deepEqual(modem.asked.slice(-2), ['AT^SQWE=0', 'AT^SQWE=3']);
});
