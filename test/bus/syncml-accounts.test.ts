import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { unescapePathElement } from '../../src/dbus/names.js';
import { type Dict, v } from '../../src/dbus/variant.js';
import { Applet } from '../support/applet.js';
import { startDaemon } from '../support/daemon.js';
import { until } from '../support/until.js';

/** A port of this machine that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : assert.fail();
}

/** A desktop with a folder of contacts. */
async function desktop(t: TestContext, settings = '') {
  const daemon = await startDaemon(t, {
    prepare: async ({ home }) => {
      await mkdir(join(home, 'Contacts'));
      await mkdir(join(home, '.config/cradle'), { recursive: true });
      await writeFile(join(home, '.config/cradle/settings'), settings);
    },
  });
  const applet = await Applet.open(daemon.bus);
  daemon.scope.after(() => applet[Symbol.asyncDispose]());
  const folder = join(daemon.home, 'Contacts');
  return {
    daemon,
    applet,
    create: async (settings: Dict): Promise<string> => {
      const [path] = await applet.manager.call('CreateAccount', [{ Protocol: v.s('syncml'), ...settings }, {}]);
      return unescapePathElement(path.split('/').at(-1) ?? '');
    },
    write: (name: string, phone: string) =>
      writeFile(
        join(folder, `${name}.vcf`),
        `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nN:${name};;;;\r\nTEL:${phone}\r\nEND:VCARD\r\n`,
      ),
    remove: async (name: string) => {
      for (const file of await readdir(folder))
        if ((await readFile(join(folder, file), 'utf8')).includes(`FN:${name}\r\n`)) await rm(join(folder, file));
    },
    /** Names and numbers. */
    contacts: async (): Promise<readonly string[]> => {
      const files = (await readdir(folder)).filter((name) => !name.startsWith('.'));
      const cards = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
      return cards.map((card) => `${/^FN:(.*)\r$/m.exec(card)?.[1]} ${/^TEL[^:]*:(.*)\r$/m.exec(card)?.[1]}`).sort();
    },
    folder,
  };
}

test('two desktops that run Cradle keep their contacts the same: one logs in to the other', async (t) => {
  const port = await freePort();
  const host = await desktop(t, `[SyncML]\nListenPort=${port}\n`);
  const guest = await desktop(t);
  const caller = await host.create({ Role: v.s('caller'), User: v.s('guest'), Password: v.s('between us') });
  const bound = await host.applet.bind(caller, [['contacts', host.folder]]);
  await until(async () => (await host.applet.manager.get('Listeners'))[0]?.get('State') === 'listening');
  const [listener] = await host.applet.manager.get('Listeners');
  const url = String(listener?.get('Where'));
  assert.equal(new URL(url).port, String(port));
  const server = await guest.create({
    Role: v.s('server'),
    Address: v.s(url),
    User: v.s('guest'),
    Password: v.s('between us'),
    Stores: v.ass([['contacts', 'contacts']]),
  });
  for (const name of ['Ann', 'Bob']) await host.write(name, '1');
  for (const name of ['Bob', 'Cid']) await guest.write(name, '1');
  const binding = await guest.applet.bind(server, [['contacts', guest.folder]], { Triggers: v.as([]) });
  const session = await guest.applet.sync(binding);
  assert.equal(session.State, 'finished', session.ErrorMessage);
  await until(async () => (await host.applet.binding(bound).get('State')) === 'ready');
  assert.deepEqual(await guest.contacts(), ['Ann 1', 'Bob 1', 'Cid 1']);
  assert.deepEqual(await host.contacts(), ['Ann 1', 'Bob 1', 'Cid 1']);
  await host.write('Dan', '2');
  await host.remove('Ann');
  await guest.remove('Cid');
  await guest.write('Eva', '3');
  assert.equal((await guest.applet.sync(binding)).State, 'finished');
  assert.equal((await guest.applet.sync(binding)).State, 'finished');
  assert.deepEqual(await guest.contacts(), ['Bob 1', 'Dan 2', 'Eva 3']);
  assert.deepEqual(await host.contacts(), ['Bob 1', 'Dan 2', 'Eva 3']);
  await guest.applet.device(server).call('SetCredentials', ['', 'wrong', {}]);
  const refused = await guest.applet.sync(binding);
  assert.equal(refused.State, 'failed');
  assert.match(refused.ErrorMessage, /refused the login of guest/);
  assert(!refused.ErrorMessage.includes('wrong'));
  for (const { daemon } of [host, guest])
    assert(!JSON.stringify(daemon.log.lines).includes('between us'), 'no log tells the password');
});

test('half of what TLS needs is a problem, and nobody listens without it', async (t) => {
  const port = await freePort();
  const host = await desktop(t, `[SyncML]\nListenPort=${port}\nListenPath=/here\nListenKey=/nowhere/key.pem\n`);
  await host.create({ Role: v.s('caller'), User: v.s('guest'), Password: v.s('between us') });
  const state = async () => (await host.applet.manager.get('Listeners'))[0]?.get('State');
  await until(async () => (await state()) === 'failing');
  const [problem] = await host.applet.manager.get('Problems');
  assert.match(String(problem?.get('Message')), /of ListenCertificate and ListenKey one is missing/);
  await writeFile(
    join(host.daemon.home, '.config/cradle/settings'),
    `[SyncML]\nListenPort=${port}\nListenPath=/here\n`,
  );
  host.daemon.reload();
  await until(async () => (await state()) === 'listening');
  const [listener] = await host.applet.manager.get('Listeners');
  assert.equal(new URL(String(listener?.get('Where'))).pathname, '/here');
});

test('a port that somebody else has is a problem that names it, and is taken once it is free', async (t) => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const address = squatter.address();
  const port = typeof address === 'object' && address !== null ? address.port : assert.fail();
  t.after(() => squatter.close());
  const host = await desktop(t, `[SyncML]\nListenPort=${port}\n`);
  await host.create({ Role: v.s('caller'), User: v.s('guest'), Password: v.s('between us') });
  const problems = () => host.applet.manager.get('Problems');
  await until(async () => (await problems()).length === 1);
  assert.match(String((await problems())[0]?.get('Message')), new RegExp(`${port}`));
  await new Promise((resolve) => squatter.close(resolve));
  await until(async () => (await problems()).length === 0);
  assert.equal((await host.applet.manager.get('Listeners'))[0]?.get('State'), 'listening');
});
