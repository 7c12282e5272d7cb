import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { testbed } from '../bed/testbed.js';
import { repositoryRoot } from '../support/root.js';

const run = promisify(execFile);
const NATIVE = JSON.stringify(new URL('../../src/hal/native.js', import.meta.url).href);
const LIBUDEV = JSON.stringify(new URL('../../src/hal/libudev.js', import.meta.url).href);

/** Runs a program and gives what it printed; rejects when it ends in any other way than by itself with status 0. */
async function program(text: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const line = ['--expose-gc', '--input-type=module', '--eval', text];
  const { stdout } = await run(process.execPath, line, { env: { ...process.env, ...environment } });
  return stdout.trim();
}

/** The same where there is a network, and a /run, of its own: netlink is the kernel's, and udevd is what `setup` makes it. */
async function isolated(text: string, setup: string): Promise<string> {
  const shell = `mount -t tmpfs none /run && ${setup} && exec "$0" --input-type=module --eval "$1"`;
  const spaces = process.getuid?.() === 0 ? ['--net', '--mount'] : ['--net', '--mount', '--map-root-user'];
  const { stdout } = await run('unshare', [...spaces, 'bash', '-c', shell, process.execPath, text]);
  return stdout.trim();
}

test('monitors can be opened, closed twice, closed by their receiver and collected, and the process ends by itself', async (t) => {
  const bed = await testbed(t);
  const ended = program(
    `import { readdirSync } from 'node:fs';
     import { native } from ${NATIVE};
     const addon = native();
     const usb = [{ subsystem: 'usb', devtype: 'usb_device' }, { subsystem: 'tty' }];
     const descriptors = () => readdirSync('/proc/self/fd').length;
     const before = descriptors();
     for (let turn = 0; turn < 300; turn++) {
       const handle = addon.udevOpen(usb, () => {}, 65536);
       if (turn % 3 === 0) addon.udevKeepAlive(handle, false);
       addon.udevClose(handle);
       addon.udevClose(handle);
       addon.udevKeepAlive(handle, true);
       if (turn % 10 === 0) await new Promise(setImmediate);
       if (turn % 50 === 0) gc();
     }
     await new Promise(setImmediate);
     if (descriptors() !== before) console.log('descriptors left open');
     // Forgotten, but open: it goes on listening, and does not keep the process.
     addon.udevKeepAlive(addon.udevOpen(usb, () => {}, 65536), false);
     const events = [];
     const handle = addon.udevOpen(usb, (kind, properties) => {
       events.push(kind);
       addon.udevClose(handle);
       gc();
       console.log(JSON.stringify(events));
     }, 65536);
     gc();
     console.log('ready');`,
    bed.environment,
  );
  let running = true;
  const over = () => {
    running = false;
  };
  ended.then(over, over);
  while (running) await bed.unplug(await bed.plugUnknown());
  assert.equal(await ended, 'ready\n["event"]');
});

test('a thread that ends with its monitors open takes nothing with it', async (t) => {
  const bed = await testbed(t);
  const output = await program(
    `import { Worker } from 'node:worker_threads';
     const work = \`import { native } from ${NATIVE};
       for (let turn = 0; turn < 5; turn++) native().udevOpen([{ subsystem: 'usb' }], () => {}, 65536);
       native().scanNext(native().scanOpen('/usr/lib', 64, false, []), 100000);
       process.getBuiltinModule?.('node:worker_threads');
       postMessage('open');\`;
     for (let turn = 0; turn < 5; turn++) {
       const source = "const { parentPort } = await import('node:worker_threads'); const postMessage = (m) => parentPort.postMessage(m);" + work;
       const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)));
       await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
       await worker.terminate();
     }
     console.log('ended');`,
    bed.environment,
  );
  assert.equal(output, 'ended');
});

test('what a receiver throws is an uncaught exception, and the monitor goes on', async (t) => {
  const bed = await testbed(t);
  const device = await bed.plugUnknown();
  const ended = program(
    `import { native } from ${NATIVE};
     let count = 0;
     process.on('uncaughtException', (error) => console.log(error.message));
     const handle = native().udevOpen([{ subsystem: 'usb' }], () => {
       if (++count === 3) native().udevClose(handle);
       throw new Error('no ' + count);
     }, 65536);`,
    bed.environment,
  );
  let running = true;
  const over = () => {
    running = false;
  };
  ended.then(over, over);
  while (running) await bed.perform([{ do: 'event', devpath: device.devpath, action: 'change' }]);
  assert.equal(await ended, 'no 1\nno 2\nno 3');
});

test('when the kernel drops events the loss is told once the rest has been, and what comes later is heard', async () => {
  const flood = JSON.stringify(join(repositoryRoot, 'test/bed/flood.py'));
  const output = await isolated(
    `import { spawnSync } from 'node:child_process';
     import { native } from ${NATIVE};
     const flood = (count) => spawnSync('/usr/bin/python3', ['-B', ${flood}, String(count)], { stdio: 'inherit' });
     const heard = [];
     const handle = native().udevOpen([{ subsystem: 'usb', devtype: 'usb_device' }], (kind, properties, reason) => {
       heard.push(kind);
       if (kind === 'overflow') {
         const before = heard.length - 1;
         console.log('events before:', before > 0 && before < 1000, 'overflows:', heard.filter((k) => k === kind).length);
         flood(0);
       } else if (heard.includes('overflow')) {
         console.log(kind, properties[properties.indexOf('DEVPATH') + 1]);
         native().udevClose(handle);
       }
     }, 65536);
     flood(1000);`,
    'mkdir /run/udev && : > /run/udev/control',
  );
  assert.equal(output, 'events before: true overflows: 1\nevent /devices/last');
});

test('without udevd there is an error that says so', async () => {
  const output = await isolated(
    `import { libudev } from ${LIBUDEV};
     try { libudev.listen([{ subsystem: 'usb' }], () => {}); } catch (error) { console.log(error.code, error.message); }`,
    'true',
  );
  assert.equal(output, 'NotConnected udevd does not run, so no device can be seen');
});
