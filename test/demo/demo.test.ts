import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Program } from '../support/program.js';
import { temporaryFolder } from '../support/tmp.js';
import { until } from '../support/until.js';

const DEMO = fileURLToPath(new URL('../../demo/main.js', import.meta.url));

test('the demonstration ends with a player, a telephone and the desktop equal, and leaves nothing behind', async (t) => {
  const { program, folder } = await demo(t);
  const { code, output, complaints } = await program.ended;
  assert.equal(code, 0, `${output}\n${complaints}`);
  assert.match(output, /Error\.NotConnected/);
  assert.match(output, /Both sides agree: the same \d+ files/);
  assert.match(output, /AT\+CGMM .*→ {2}a Nokia 6021/);
  assert.match(output, /Nokia 6021 +phone +offered/);
  assert.match(output, /Nokia 6021: exchanging \d+\/11|Nokia 6021: finished 11\/11/);
  assert.match(output, /still on the desktop/);
  assert.match(output, /Desktop and telephone agree: the same 12 items, none lost, none doubled/);
  assert.match(output, /npx cradle explain test\/rules\/fixtures\/nokia-6021-on-ca-42\.evidence\n$/);
  await nothingIsLeft(folder);
});

for (const moment of [/bind walkman/, /sync nokia/])
  test(`the demonstration can be broken off at ${moment.source} and leaves nothing behind`, async (t) => {
    const { program, folder } = await demo(t);
    let said = '';
    program.onOutput((text) => {
      said += text;
    });
    await until(() => moment.test(said) || !program.running);
    const { code } = await program.stop();
    assert.equal(code, 143);
    await nothingIsLeft(folder);
  });

/** With a folder for temporary files of its own, by which all that it starts can be told. */
async function demo(t: TestContext): Promise<{ readonly program: Program; readonly folder: string }> {
  const folder = await temporaryFolder(t, 'cradle-demo-');
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: folder, TMPDIR: folder };
  return { program: await Program.start(t, process.execPath, [DEMO], { env }), folder };
}

async function nothingIsLeft(folder: string): Promise<void> {
  assert.deepEqual(await readdir(folder), []);
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    assert.ok(!environment.includes(folder), `process ${pid} is left`);
  }
}
