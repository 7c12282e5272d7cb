import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type Dict, v } from '../../src/dbus/variant.js';
import { Undo } from '../support/scope.js';
import { until } from '../support/until.js';
import { Desk } from './support/desk.js';
import { assertEqualItems } from './support/equal.js';
import { LossyProxy, nth } from './support/lossy-proxy.js';
import { appointment, type CardOptions, card } from './support/people.js';
import { ADDRESS_BOOK, CALENDAR, type Source, syncEvolutionMissing } from './support/syncevolution.js';
import { type ClientOptions, SyncEvolutionClient } from './support/syncevolution-client.js';

const CONTACTS: Source = { ...ADDRESS_BOOK, uri: 'contacts' };
const skip = syncEvolutionMissing;

interface Meeting {
  readonly desk: Desk;
  readonly client: SyncEvolutionClient;
  readonly device: string;
  readonly binding: string;
}

/** SyncEvolution's client and our daemon, which have never met. */
async function meeting(
  t: TestContext,
  properties: ClientOptions['properties'] = {},
  settings: Dict = {},
  sources: readonly Source[] = [CONTACTS],
): Promise<Meeting> {
  const desk = await Desk.open(t);
  const scope = new Undo();
  t.after(() => scope[Symbol.asyncDispose]());
  const device = await desk.caller('alice', 'secret');
  const pairs = sources.map(({ uri }) => [uri, uri] as const);
  const binding = await desk.bind(device, pairs, settings);
  const who = { url: desk.url, user: 'alice', password: 'secret', sources };
  return { desk, device, binding, client: await SyncEvolutionClient.create(scope, { ...who, properties }) };
}

const at = ({ client }: Meeting, name: string, source = CONTACTS): string => join(client.program.folder(source), name);

const put = (meeting: Meeting, number: number, options: CardOptions = {}, name = `client-${number}`): Promise<void> =>
  writeFile(at(meeting, name), card(number, options));

/** The file on the client that holds this contact. */
async function fileOf(meeting: Meeting, number: number): Promise<string> {
  for (const [name, body] of await meeting.client.program.items(CONTACTS))
    if (body.includes(`contact${number}@example.org`)) return name;
  throw new Error(`the client has no contact ${number}`);
}

async function fileOfOurs({ desk }: Meeting, number: number): Promise<string> {
  for (const [name, body] of await desk.items('contacts'))
    if (body.includes(`contact${number}@example.org`)) return name;
  throw new Error(`the desktop has no contact ${number}`);
}

async function synced(meeting: Meeting, mode?: Parameters<SyncEvolutionClient['sync']>[0]): Promise<string> {
  const { code, output, complaints } = await meeting.client.sync(mode);
  assert.equal(code, 0, `${output}${complaints}${(await meeting.desk.history()).join('; ')}`);
  return output + complaints;
}

async function equal(meeting: Meeting, count: number, source = CONTACTS): Promise<void> {
  const [ours, theirs] = [await meeting.desk.items(source.uri), await meeting.client.program.items(source)];
  assert.equal(ours.size, count);
  await assertEqualItems(ours, theirs, source.format);
}

/** A row of SyncEvolution's table, of both sides' new, changed, deleted and failed items, and of conflicts. */
const NOTHING_DONE = /addressbook \|(?: {2}0 {2}\|){9}/;

const VARIANTS: readonly (readonly [string, ClientOptions['properties']])[] = [
  ['WBXML, 1.2, MD5', {}],
  ['XML, 1.2, MD5', { enableWBXML: 0 }],
  ['WBXML, 1.1, basic', { SyncMLVersion: '1.1', clientAuthType: 'basic' }],
  ['XML, 1.1, MD5', { SyncMLVersion: '1.1', enableWBXML: 0 }],
  ['WBXML, 1.0, MD5', { SyncMLVersion: '1.0' }],
  ['XML, 1.0, basic', { SyncMLVersion: '1.0', enableWBXML: 0, clientAuthType: 'basic' }],
];

const desk = (both: Meeting, name: string, number: number, options: CardOptions = {}): Promise<void> =>
  both.desk.write('contacts', name, card(number, options));

describe('Cradle with SyncEvolution as its client', { skip, concurrency: 3 }, () => {
  for (const [name, properties] of VARIANTS)
    test(`SyncEvolution's client and Cradle keep a book alike, through all changes (${name})`, async (t) => {
      const both = await meeting(t, properties);
      const { desk } = both;
      for (const number of [0, 1, 2, 3]) await put(both, number);
      // One that both have, and one that only we have.
      await desk.write('contacts', 'same.vcf', card(3));
      await desk.write('contacts', 'other.vcf', card(4));
      await synced(both, 'slow');
      await equal(both, 5);
      assert.match(
        await synced(both),
        /addressbook \| {2}0 {2}\| {2}0 {2}\| {2}0 {2}\| {2}0 {2}\| {2}0 {2}\| {2}0 {2}\| {2}0 {2}\| {2}0 {2}\| {2}0 {2}\|/,
      );
      await equal(both, 5);
      // Each side adds, changes and deletes.
      await put(both, 10);
      await put(both, 0, { phone: '+49 30 1' }, await fileOf(both, 0));
      await rm(at(both, await fileOf(both, 1)));
      await desk.write('contacts', 'new.vcf', card(11));
      await desk.write('contacts', await fileOfOurs(both, 2), card(2, { note: 'Changed on the desktop.' }));
      await desk.remove('contacts', await fileOfOurs(both, 4));
      await synced(both);
      await equal(both, 5);
      // A slow sync with both sides full doubles nothing.
      await synced(both, 'slow');
      await equal(both, 5);
      assert((await desk.history()).every((result) => result === 'finished'));
    });

  test('a refresh from the client makes the desktop what the client is, and the attic keeps the rest', {
    skip,
  }, async (t) => {
    const both = await meeting(t);
    await put(both, 0);
    await desk(both, 'mine.vcf', 7);
    await synced(both, 'slow');
    await equal(both, 2);
    await rm(at(both, await fileOf(both, 7)));
    await put(both, 1);
    await desk(both, 'late.vcf', 8);
    await synced(both, 'refresh-from-local');
    await equal(both, 2);
    const kept = await readdir(join(both.desk.daemon.home, '.local/state/cradle/attic'), { recursive: true });
    assert(kept.length > 0);
  });

  test('a refresh from the server makes the client what the desktop is', async (t) => {
    for (const enableRefreshSync of [0, 1]) {
      const both = await meeting(t, { enableRefreshSync });
      await put(both, 0);
      await desk(both, 'mine.vcf', 7);
      await synced(both, 'slow');
      await put(both, 1);
      await rm(at(both, await fileOf(both, 7)));
      await desk(both, 'late.vcf', 8);
      await synced(both, 'refresh-from-remote');
      await equal(both, 3);
    }
  });

  test('one way from the client brings its news to the desktop and takes nothing from it', async (t) => {
    const both = await meeting(t);
    await put(both, 0);
    await synced(both, 'slow');
    await put(both, 1);
    await desk(both, 'mine.vcf', 7);
    await synced(both, 'one-way-from-local');
    assert.equal((await both.client.program.items(CONTACTS)).size, 2);
    assert.equal((await both.desk.items('contacts')).size, 3);
    await synced(both);
    await equal(both, 3);
  });

  test('one way from the server brings the desktop’s news to the client and takes nothing from it', {
    skip,
  }, async (t) => {
    const both = await meeting(t);
    await put(both, 0);
    await synced(both, 'slow');
    await put(both, 1);
    await desk(both, 'mine.vcf', 7);
    await synced(both, 'one-way-from-remote');
    assert.equal((await both.client.program.items(CONTACTS)).size, 3);
    assert.equal((await both.desk.items('contacts')).size, 2);
    await synced(both);
    await equal(both, 3);
  });

  for (const [policy, count, kept] of [
    ['device', 1, ['1']],
    ['desktop', 1, ['2']],
    // SyncEvolution does not say when a card changed: where nobody can tell which is newer both are kept.
    ['newest', 2, ['1', '2']],
    ['both', 2, ['1', '2']],
  ] as const)
    test(`a contact changed on both sides: the policy "${policy}" decides, and both sides agree`, async (t) => {
      const both = await meeting(t, {}, { ConflictPolicy: v.s(policy) });
      await put(both, 0);
      await synced(both, 'slow');
      await put(both, 0, { phone: '+49 30 1' }, await fileOf(both, 0));
      await desk(both, await fileOfOurs(both, 0), 0, { phone: '+49 30 2' });
      await synced(both);
      await equal(both, count);
      const text = [...(await both.desk.items('contacts')).values()].join('');
      for (const number of ['1', '2'] as const)
        assert.equal(
          text.includes(`+49 30 ${number}\r\n`),
          kept.some((one) => one === number),
          number,
        );
    });

  test('what one side deletes and the other changes lives on, changed', async (t) => {
    const both = await meeting(t);
    for (const number of [0, 1, 2]) await put(both, number);
    await synced(both, 'slow');
    await rm(at(both, await fileOf(both, 0)));
    await desk(both, await fileOfOurs(both, 0), 0, { note: 'Changed on the desktop.' });
    await put(both, 1, { note: 'Changed on the client.' }, await fileOf(both, 1));
    await both.desk.remove('contacts', await fileOfOurs(both, 1));
    await synced(both);
    await equal(both, 3);
  });

  test('a photo of 45 kB goes both ways as a large object', async (t) => {
    // Begins as a JPEG does; were it text, SyncEvolution would write it as text.
    const photo = Buffer.alloc(45_000, Buffer.from('ffd8ffe000104a46494600', 'hex'));
    const both = await meeting(t, { maxMsgSize: 10_240 });
    await put(both, 0, { photo });
    await desk(both, 'mine.vcf', 1, { photo });
    await synced(both, 'slow');
    await equal(both, 2);
  });

  test('a wrong password is refused, nothing is written, and it is in no log', async (t) => {
    const both = await meeting(t);
    await put(both, 0);
    await both.client.configure({ url: both.desk.url, user: 'alice', password: 'wrong-horse', sources: [CONTACTS] });
    const { code, output, complaints } = await both.client.sync('slow');
    assert.notEqual(code, 0);
    assert.match(output + complaints, /password|authoriz|unauthorized|403|401/i);
    assert.equal((await both.desk.items('contacts')).size, 0);
    const log = JSON.stringify(both.desk.daemon.log.lines);
    assert(!log.includes('wrong-horse') && !log.includes('secret'), log);
  });

  test('a datastore that we do not have is refused by name, and the others sync', async (t) => {
    const sources = [CONTACTS, { ...CALENDAR, uri: 'nonsense' }];
    const both = await meeting(t, {}, {}, [CONTACTS]);
    await both.client.configure({ url: both.desk.url, user: 'alice', password: 'secret', sources });
    await put(both, 0);
    const { code, output } = await both.client.sync('slow', sources);
    assert.notEqual(code, 0);
    assert.match(output, /calendar.*\n.*(404|not found)/i);
    assert.equal((await both.desk.items('contacts')).size, 1);
  });

  test('contacts and calendar sync in one session', async (t) => {
    const sources = [CONTACTS, CALENDAR];
    const both = await meeting(t, {}, {}, sources);
    for (const number of [0, 1, 2]) await put(both, number);
    for (const number of [0, 1]) await writeFile(at(both, `${number}`, CALENDAR), appointment(number));
    await both.desk.write('calendar', 'mine.ics', appointment(5));
    await synced(both, 'slow');
    await equal(both, 3);
    await equal(both, 3, CALENDAR);
    const [sync] = await both.desk.history();
    assert.equal(sync, 'finished');
  });

  test('what a client leaves out of a session waits for another, and nothing has failed', async (t) => {
    const both = await meeting(t, {}, {}, [CONTACTS, CALENDAR]);
    await put(both, 0);
    await both.desk.write('calendar', 'mine.ics', appointment(5));
    const { code, output } = await both.client.sync('slow', [CONTACTS]);
    assert.equal(code, 0, output);
    assert.deepEqual(await both.desk.history(), ['finished']);
    await synced(both, 'slow');
    await equal(both, 1);
    await equal(both, 1, CALENDAR);
  });

  test('a client that is killed in the middle syncs to the end the next time, and nothing is doubled', {
    skip,
  }, async (t) => {
    const both = await meeting(t, { maxMsgSize: 10_240 });
    for (let number = 0; number < 150; number++) await put(both, number);
    await desk(both, 'mine.vcf', 1_000);
    const run = await both.client.program.start(['--sync', 'slow', 'server', 'addressbook']);
    // As soon as the first of its items have arrived.
    const replica = async () => (await both.desk.applet.manager.call('History', [{}]))[0].length > 0;
    await until(replica);
    await run.kill();
    await synced(both);
    await equal(both, 151);
    await synced(both);
    await equal(both, 151);
  });

  for (const mishap of ['request-lost', 'request-twice', 'reply-lost', 'reply-halved'] as const)
    for (const number of [1, 2, 3])
      test(`of exchange ${number} the ${mishap.replace('-', ' is ')}: nothing is lost, nothing doubled`, async (t) => {
        const both = await meeting(t, { RetryInterval: '1s', RetryDuration: '120s' });
        const scope = new Undo();
        t.after(() => scope[Symbol.asyncDispose]());
        const proxy = await LossyProxy.start(scope, both.desk.url);
        const who = { user: 'alice', password: 'secret', sources: [CONTACTS] };
        await both.client.configure({
          ...who,
          url: proxy.url,
          properties: { RetryInterval: '1s', RetryDuration: '120s' },
        });
        for (const each of [0, 1, 2]) await put(both, each);
        await desk(both, 'mine.vcf', 7);
        proxy.begin(nth(number, mishap));
        // SyncEvolution tries its first message once and no more: then the next sync has to bring all.
        if (number === 1) await both.client.sync('slow');
        else await synced(both, 'slow');
        assert(proxy.exchanges.some((exchange) => exchange.mishap === mishap));
        if (number === 1) await synced(both);
        await equal(both, 4);
        assert.match(await synced(both), NOTHING_DONE);
        await equal(both, 4);
      });
});
