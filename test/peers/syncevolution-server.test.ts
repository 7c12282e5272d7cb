import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type Dict, v } from '../../src/dbus/variant.js';
import { Undo } from '../support/scope.js';
import { Desk } from './support/desk.js';
import { assertEqualItems } from './support/equal.js';
import { appointment, type CardOptions, card } from './support/people.js';
import { ADDRESS_BOOK, CALENDAR, type Source, syncEvolutionMissing } from './support/syncevolution.js';
import { SyncEvolutionServer } from './support/syncevolution-server.js';

const skip = syncEvolutionMissing;
/** SyncEvolution finds its configuration of a client by what that calls itself. */
const DEVICE_ID = 'dev-1';

interface Meeting {
  readonly desk: Desk;
  readonly server: SyncEvolutionServer;
  readonly device: string;
  readonly binding: string;
}

interface MeetingOptions {
  /** Lines of a rule for this account, such as SyncML.Version=1.1. */
  readonly rule?: readonly string[];
  readonly settings?: Dict;
  readonly sources?: readonly Source[];
  readonly properties?: Readonly<Record<string, string | number>>;
  readonly password?: string;
}

/** Our daemon with an account on SyncEvolution's server. */
async function meeting(t: TestContext, options: MeetingOptions = {}): Promise<Meeting> {
  const { rule = [], settings = {}, sources = [ADDRESS_BOOK], properties = {}, password = 'secret' } = options;
  const lines = [
    '[The server of this test]',
    'MatchFact=account.role=server',
    `SyncML.ClientId=${DEVICE_ID}`,
    ...rule,
    '',
  ];
  const desk = await Desk.open(t, lines.join('\n'));
  const scope = new Undo();
  t.after(() => scope[Symbol.asyncDispose]());
  const who = { user: 'alice', password: 'secret', deviceId: DEVICE_ID, sources, properties };
  const server = await SyncEvolutionServer.start(scope, who);
  const device = await desk.account({
    Role: v.s('server'),
    Address: v.s(server.url),
    User: v.s('alice'),
    Password: v.s(password),
  });
  const stores = sources.map(({ name }) => (name === 'addressbook' ? 'contacts' : name));
  const pairs = stores.map((name) => [name, name] as const);
  const binding = await desk.bind(device, pairs, { Triggers: v.as([]), ...settings });
  return { desk, server, device, binding };
}

const at = ({ server }: Meeting, name: string, source = ADDRESS_BOOK): string =>
  join(server.program.folder(source), name);

const put = (both: Meeting, number: number, options: CardOptions = {}, name = `server-${number}`): Promise<void> =>
  writeFile(at(both, name), card(number, options));

const desk = (both: Meeting, name: string, number: number, options: CardOptions = {}): Promise<void> =>
  both.desk.write('contacts', name, card(number, options));

const holder = (items: ReadonlyMap<string, Buffer>, number: number): string => {
  for (const [name, body] of items) if (body.includes(`contact${number}@example.org`)) return name;
  throw new Error(`there is no contact ${number}`);
};

const theirs = async (both: Meeting, number: number) => holder(await both.server.program.items(ADDRESS_BOOK), number);
const ours = async (both: Meeting, number: number) => holder(await both.desk.items('contacts'), number);

async function synced({ desk: { applet, daemon }, binding }: Meeting): Promise<void> {
  const { State, ErrorMessage } = await applet.sync(binding);
  assert.equal(State, 'finished', `${ErrorMessage} ${JSON.stringify(daemon.log.lines)}`);
}

async function equal(both: Meeting, count: number, store = 'contacts', source = ADDRESS_BOOK): Promise<void> {
  const items = await both.desk.items(store);
  assert.equal(items.size, count);
  await assertEqualItems(items, await both.server.program.items(source), source.format);
}

const VARIANTS: readonly (readonly [string, readonly string[]])[] = [
  ['XML, 1.2', []],
  ['WBXML, 1.2', ['SyncML.Encoding=wbxml']],
  ['WBXML, 1.1, basic', ['SyncML.Encoding=wbxml', 'SyncML.Version=1.1', 'SyncML.Authentication=basic']],
  ['XML, 1.1, MD5', ['SyncML.Version=1.1', 'SyncML.Authentication=md5']],
  ['WBXML, 1.0, MD5', ['SyncML.Encoding=wbxml', 'SyncML.Version=1.0', 'SyncML.Authentication=md5']],
  ['XML, 1.0, basic', ['SyncML.Version=1.0', 'SyncML.Authentication=basic']],
];

// SyncEvolution's server mostly waits: a second and a half in each of its sessions.
describe('Cradle with SyncEvolution as its server', { skip, concurrency: 4 }, () => {
  for (const [name, rule] of VARIANTS)
    test(`Cradle and SyncEvolution's server keep a book alike, through all changes (${name})`, async (t) => {
      const both = await meeting(t, { rule });
      for (const number of [0, 1, 2, 3]) await put(both, number);
      await desk(both, 'same.vcf', 3);
      await desk(both, 'mine.vcf', 4);
      await synced(both);
      await equal(both, 5);
      await put(both, 10);
      await put(both, 0, { phone: '+49 30 1' }, await theirs(both, 0));
      await rm(at(both, await theirs(both, 1)));
      await desk(both, 'new.vcf', 11);
      await desk(both, await ours(both, 2), 2, { note: 'Changed on the desktop.' });
      await both.desk.remove('contacts', await ours(both, 4));
      await synced(both);
      await equal(both, 5);
      await synced(both);
      await equal(both, 5);
    });

  test('a contact changed on the server and on the desktop is decided here: both are kept', async (t) => {
    const both = await meeting(t, { settings: { ConflictPolicy: v.s('both') } });
    await put(both, 0);
    await synced(both);
    await put(both, 0, { phone: '+49 30 1' }, await theirs(both, 0));
    await desk(both, await ours(both, 0), 0, { phone: '+49 30 2' });
    await synced(both);
    await equal(both, 2);
  });

  test('a photo of 45 kB goes both ways as a large object', async (t) => {
    const photo = Buffer.alloc(45_000, Buffer.from('ffd8ffe000104a46494600', 'hex'));
    const both = await meeting(t, { rule: ['SyncML.MaxMsgSize=10240'], properties: { maxMsgSize: 10_240 } });
    await put(both, 0, { photo });
    await desk(both, 'mine.vcf', 1, { photo });
    await synced(both);
    await equal(both, 2);
  });

  test('contacts and calendar of one account sync in one session', async (t) => {
    const both = await meeting(t, { sources: [ADDRESS_BOOK, CALENDAR] });
    await put(both, 0);
    await writeFile(at(both, 'event', CALENDAR), appointment(1));
    await both.desk.write('calendar', 'mine.ics', appointment(2));
    await synced(both);
    await equal(both, 1);
    await equal(both, 2, 'calendar', CALENDAR);
  });

  test('a wrong password ends the session by name, and is nowhere to be read', async (t) => {
    const both = await meeting(t, { password: 'wrong-horse' });
    const { State, ErrorName, ErrorMessage } = await both.desk.applet.sync(both.binding);
    assert.equal(State, 'failed');
    assert.match(ErrorName, /NotOwner$/);
    assert.match(ErrorMessage, /refused the login of alice/);
    assert(!JSON.stringify(both.desk.daemon.log.lines).includes('wrong-horse'));
  });

  test('a datastore that the server has not ends the session by name', async (t) => {
    const both = await meeting(t, { rule: ['Store.contacts=nonsense text/vcard'] });
    const { State, ErrorMessage } = await both.desk.applet.sync(both.binding);
    assert.equal(State, 'failed');
    assert.match(ErrorMessage, /has no nonsense/);
  });
});
