import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HEADER, textOf } from '../../src/hal/obex/headers.js';
import { serveObex } from '../../src/hal/obex/server.js';
import { Reader } from '../../src/hal/transports/reader.js';
import { Pty } from '../bed/pty.js';
import { ListedLog } from '../fakes/log.js';
import { FakeModem } from '../fakes/modem.js';
import { runProgram } from '../support/program.js';
import { temporaryFolder } from '../support/tmp.js';
import { missing } from './support/installed.js';

const skip = missing({ obexftp: 'obexftp' });
const ANSWERS = { ATZ: ['OK'], 'AT+GMI': ['SONY ERICSSON', 'OK'], 'AT*EOBEX': ['CONNECT'] };

test('obexftp leads a modem of ours into OBEX over a terminal and brings a file to our server', { skip }, async (t) => {
  const folder = await temporaryFolder(t, 'cradle-obexftp-');
  const content = randomBytes(20_000);
  await writeFile(join(folder, 'file.bin'), content);
  const line = await Pty.open(t);
  const got = new Map<string | undefined, Uint8Array | undefined>();
  const service = {
    connect: () => [],
    put: async ({ headers }: { readonly headers: Parameters<typeof textOf>[0] }, body: Uint8Array | undefined) => {
      got.set(textOf(headers, HEADER.name), body);
      return [];
    },
    get: () => Promise.reject(new Error('nothing is fetched')),
  };
  const modem = new FakeModem(line, {
    answers: ANSWERS,
    connected: (channel) =>
      serveObex(new Reader(channel), service, { name: 'obexftp', log: new ListedLog() }, AbortSignal.timeout(50_000)),
  });
  void modem.run();
  const words = ['-t', line.node, '-U', 'none', '-H', '-S', '-p', 'file.bin'];
  const { output, complaints } = await runProgram(t, 'obexftp', words, {
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    cwd: folder,
  });
  assert.match(output + complaints, /Sending "file\.bin".*done/s);
  assert.deepEqual(modem.asked.slice(-2), ['AT+GMI', 'AT*EOBEX']);
  assert.deepEqual([...got.keys()], ['file.bin']);
  assert.ok(content.equals(got.get('file.bin') ?? Buffer.alloc(0)));
});
