import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TcpListener } from '../../src/hal/transports/tcp-listener.js';
import { answerObex, type ObexCall } from '../../src/plugins/syncml/carrier/obex-server.js';
import { greetClient, greetServer } from '../../src/plugins/syncml/dialogue/greeting.js';
import { ListedLog } from '../fakes/log.js';
import { hear, informationOf, put, tell } from '../plugins/syncml/dialogue/pair.js';
import { Remembered } from '../plugins/syncml/dialogue/remembered.js';
import { card } from './support/people.js';
import { buildShim } from './support/shim.js';
import { ADDRESS_BOOK, SyncEvolution, syncEvolutionMissing as skip } from './support/syncevolution.js';

/** With a channel, so that it does not ask by SDP. */
const SOMEWHERE = 'obex-bt://00:11:22:33:44:55+16';
const LIMIT = 60_000;

/** SyncEvolution whose Bluetooth ends at a port of ours. */
class Caller {
  private constructor(
    readonly program: SyncEvolution,
    readonly listener: TcpListener,
    readonly extra: Readonly<Record<string, string>>,
  ) {}

  static async open(t: TestContext): Promise<Caller> {
    const program = await SyncEvolution.create(t);
    const listener = await TcpListener.open('127.0.0.1', 0);
    t.after(() => listener[Symbol.asyncDispose]());
    const shims = [program.environment.LD_PRELOAD, await buildShim(t, 'rfcomm-over-tcp')];
    return new Caller(program, listener, { LD_PRELOAD: shims.join(':'), RFCOMM_PORT: String(listener.port) });
  }

  async answer(): Promise<ObexCall> {
    const signal = AbortSignal.timeout(LIMIT);
    const { value } = await this.listener.calls(signal).next();
    assert.ok(value !== undefined);
    const call = await answerObex(value.channel, { peer: 'SyncEvolution', log: new ListedLog() }, signal);
    assert.ok(call !== undefined);
    return call;
  }

  async write(...cards: readonly string[]): Promise<void> {
    const folder = this.program.folder(ADDRESS_BOOK);
    await mkdir(folder, { recursive: true });
    for (const [index, content] of cards.entries()) await writeFile(join(folder, String(index + 1)), content);
  }
}

/** The names in a card. */
const nameIn = (text: string): string => /^FN:(.*?)\r?$/m.exec(text)?.[1] ?? '';

test('SyncEvolution brings its cards over OBEX and gets ours, then nothing, as a client', { skip }, async (t) => {
  const caller = await Caller.open(t);
  const about = { syncURL: SOMEWHERE, username: 'alice', password: 'secret', deviceId: 'dev-1', preventSlowSync: 0 };
  await caller.program.configure('SyncEvolution', 'server@default', about, [ADDRESS_BOOK]);
  await caller.write(card(1), card(2), card(3));
  const memory = new Remembered();

  const sync = async (ours: readonly ReturnType<typeof put>[]) => {
    const run = caller.program.run(['server', 'addressbook'], caller.extra);
    const call = await caller.answer();
    assert.ok(call.kind === 'client');
    const signal = AbortSignal.timeout(LIMIT);
    const host = {
      admit: async () => ({
        login: 'alice',
        password: 'secret',
        information: informationOf('server-1', { deviceType: 'server' }),
        memory,
        datastores: [{ name: 'contacts', uri: 'addressbook' }],
      }),
      maxMessageSize: 100_000,
      maxObjectSize: 1_000_000,
    };
    await using conversation = await greetClient(call.carrier, host, signal);
    const heard = await hear(conversation, 'contacts', signal);
    const codes = await tell(conversation, 'contacts', ours, signal);
    await conversation.finish(signal);
    const { code, complaints, output } = await run;
    assert.equal(code, 0, output + complaints);
    return { mode: conversation.datastores.get('contacts')?.mode, names: heard.map(({ text }) => nameIn(text)), codes };
  };

  const first = await sync([put(1, 'add', 'ours-1', card(77))]);
  assert.equal(first.mode, 'slow');
  assert.deepEqual(first.names.toSorted(), [card(1), card(2), card(3)].map(nameIn).toSorted());
  assert.deepEqual([...first.codes], [[1, 201]]);
  assert.equal((await caller.program.items(ADDRESS_BOOK)).size, 4);
  const second = await sync([]);
  assert.equal(second.mode, 'two-way');
  assert.deepEqual(second.names, []);
});

test('SyncEvolution as a server asks us by OBEX to sync, and gets our messages over its own connection', {
  skip,
}, async (t) => {
  const caller = await Caller.open(t);
  const about = { syncURL: SOMEWHERE, remoteIdentifier: 'PC Suite', deviceId: 'server-1', SyncMLVersion: '1.2' };
  await caller.program.configure('SyncEvolution Client', 'phone@default', about, [ADDRESS_BOOK]);
  await caller.write(card(1), card(2));
  const run = caller.program.run(['--sync', 'slow', 'phone', 'addressbook'], caller.extra);
  const call = await caller.answer();
  assert.ok(call.kind === 'notified');
  assert.equal(call.notification.contentType, 'application/vnd.syncml.ds.notification');
  const signal = AbortSignal.timeout(LIMIT);
  await using conversation = await greetServer(
    call.carrier,
    {
      uri: 'phone-1',
      server: 'PC Suite',
      login: undefined,
      version: '1.2',
      encoding: 'wbxml',
      information: informationOf('phone-1'),
      memory: new Remembered(),
      datastores: [{ name: 'contacts', uri: 'addressbook', mode: 'slow' }],
      maxMessageSize: 100_000,
      maxObjectSize: 1_000_000,
    },
    signal,
  );
  await tell(conversation, 'contacts', [put(1, 'add', 'mine-1', card(9))], signal);
  const heard = await hear(conversation, 'contacts', signal, ({ kind, id }) =>
    kind === 'add' ? { code: 201, luid: `luid-${id}` } : { code: 200 },
  );
  await conversation.finish(signal);
  await conversation[Symbol.asyncDispose]();
  const { code, output, complaints } = await run;
  assert.equal(code, 0, output + complaints);
  assert.deepEqual(heard.map(({ text }) => nameIn(text)).toSorted(), [card(1), card(2)].map(nameIn).toSorted());
  assert.equal((await caller.program.items(ADDRESS_BOOK)).size, 3);
});
