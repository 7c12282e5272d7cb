import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../support/tmp.js';
import { missing } from './support/installed.js';
import { runAlone } from './support/namespace.js';

const skip = missing({
  obex_tcp: 'openobex-apps',
  obex_test: 'openobex-apps',
  obexftp: 'obexftp',
  unshare: 'util-linux',
  ip: 'iproute2',
});
const alone = join(import.meta.dirname, 'support/obex-alone.js');

/** What arrived of a file of that size, and what was said. */
async function sent(t: TestContext, act: string, size: number) {
  const folder = await temporaryFolder(t, 'cradle-obex-');
  const content = randomBytes(size);
  await writeFile(join(folder, 'file.bin'), content);
  const { code, output, complaints } = await runAlone(t, alone, [act, 'file.bin'], folder);
  assert.equal(code, 0, complaints);
  const arrived = await readFile(join(folder, 'received-file.bin'));
  return { arrived: arrived.equals(content), output: output.trim() };
}

for (const size of [71, 100_000])
  for (const tool of ['obex_tcp', 'obex_test'])
    test(`${tool} gets ${size} bytes from our client as they are`, { skip }, async (t) => {
      assert.equal((await sent(t, `to ${tool}`, size)).arrived, true);
    });

test('obexftpd gets 71 bytes from our client as they are', { skip }, async (t) => {
  assert.equal((await sent(t, 'to obexftpd', 71)).arrived, true);
});

for (const size of [71, 100_000])
  for (const tool of ['obex_tcp', 'obex_test', 'obexftp'])
    test(`${tool} brings ${size} bytes to our server, which close with no EndOfBody`, { skip }, async (t) => {
      const { arrived, output } = await sent(t, `from ${tool}`, size);
      assert.equal(arrived, true);
      assert.equal(output, 'file.bin');
    });
