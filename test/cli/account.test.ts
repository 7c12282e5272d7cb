import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { Input } from '../../src/cli/secret.js';
import { CallingPhones, callingRules } from '../fakes/calling-phones.js';
import { type CliOptions, desk, type Said } from './desk.js';

const PASSWORD = 'correct-horse';

async function accounts(t: TestContext) {
  const phones = new CallingPhones();
  const { daemon, runWith } = await desk(t, {}, { rules: callingRules(), protocols: [phones] });
  const all: Said[] = [];
  const run = async (options: CliOptions, ...line: string[]): Promise<Said> => {
    const said = await runWith(options, ...line);
    all.push(said);
    return said;
  };
  const secrets = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(daemon.home, '.local/state/cradle/secrets.json'), 'utf8')).logins;
  return { phones, daemon, run, all, secrets };
}

const piped = (text: string): CliOptions => ({ input: Readable.from([text]) });

/** A keyboard on which these keys are pressed once it is listened to, and what its terminal was told. */
function keyboard(...keys: readonly string[]) {
  const modes: boolean[] = [];
  const left = [...keys];
  const input: Input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      modes.push(raw);
      const next = left.shift();
      if (raw && next !== undefined) setImmediate(() => input.push(next));
      else if (next !== undefined) left.unshift(next);
    },
  });
  return { input, modes };
}

test('a server is set up, listed, shown, bound, synced, given another password and removed', async (t) => {
  const { phones, run, all, secrets, daemon } = await accounts(t);
  const added = await run(
    piped(`${PASSWORD}\nmore`),
    'account',
    'add',
    'calling',
    'https://sync.example.org/ds',
    '--user',
    'me',
    '--name',
    'Work',
    '--store',
    'notes=my notes',
  );
  assert.equal(added.code, 0, added.notes);
  assert.equal(added.out, 'Work is set up (account-work).\n"cradle bind account-work" says what it is synced with.\n');
  assert.deepEqual(await secrets(), { 'account-work': { user: 'me', password: PASSWORD } });
  const listed = await run({}, 'account');
  assert.match(
    listed.out,
    /^ACCOUNT +PROTOCOL +ADDRESS +USER +STATE +ID\nWork +calling +https:\/\/sync\.example\.org\/ds +me +not bound +account-work\n$/,
  );
  const folder = join(daemon.home, 'Documents');
  assert.equal((await run({}, 'bind', 'work', `notes=${folder}`)).code, 0);
  const shown = await run({}, 'show', 'Work');
  assert.match(shown.out, /account +calling: https:\/\/sync\.example\.org\/ds as me\n/);
  assert.match(shown.out, /starts on +change, timer, every 1 h\n/);
  assert.doesNotMatch(shown.out, /unplugged/);
  const synced = await run({}, 'sync', 'Work');
  assert.equal(synced.code, 0, synced.notes);
  // One more than this came by itself: what was never synced is due.
  for (const login of phones.logins) assert.deepEqual(login, { user: 'me', password: PASSWORD });
  assert.notEqual(phones.logins.length, 0);
  await writeFile(join(daemon.home, 'secret'), 'from a file\n');
  const changed = await run(
    {},
    'account',
    'password',
    'work',
    '--password-file',
    join(daemon.home, 'secret'),
    '--user',
    'you',
  );
  assert.equal(changed.out, 'Work has another password.\n');
  assert.deepEqual(await secrets(), { 'account-work': { user: 'you', password: 'from a file' } });
  const [json] = JSON.parse((await run({}, 'account', 'list', '--json')).out);
  assert.deepEqual(json.account, {
    name: 'work',
    protocol: 'calling',
    role: 'server',
    address: 'https://sync.example.org/ds',
    user: 'you',
  });
  assert.equal((await run({}, 'account', 'remove', 'Work')).out, 'Work is removed; what was synced stays.\n');
  assert.deepEqual(await secrets(), {});
  assert.match((await run({}, 'account')).notes, /There is no account/);
  for (const { out, notes } of all) assert(!`${out}${notes}`.includes(PASSWORD));
});

test('a phone that may log in is told where to call, and a sync of all there is leaves it alone', async (t) => {
  const { phones, run, daemon } = await accounts(t);
  const { input, modes } = keyboard('hun\u007fter2\r', 'huter2\r');
  const allowed = await run({ input }, 'account', 'allow', 'calling', '--user', 'alice');
  assert.equal(allowed.code, 0, allowed.notes);
  assert.match(
    allowed.out,
    /^alice is set up \(account-alice\)\.\nLet it call http:\/\/127\.0\.0\.1:8219\/ as the user that was given\.\nWhat it finds there is called contacts, notes\.\n/,
  );
  assert.deepEqual(modes, [true, false, true, false]);
  assert.equal(allowed.notes, 'Password: \nOnce more: \n');
  await run({}, 'bind', 'alice', `notes=${join(daemon.home, 'Documents')}`);
  assert.match((await run({}, 'show', 'alice')).out, /account +calling: it logs in here as alice\n/);
  const synced = await run({}, 'sync');
  assert.deepEqual([synced.code, synced.notes], [0, 'There is nothing to sync: no bound device of yours is here.\n']);
  const asked = await run({}, 'sync', 'alice');
  assert.equal(asked.code, 1);
  assert.match(asked.notes, /cannot be called: start the sync on it/);
  assert.equal(await (await phones.call('alice', 'huter2')).over, 'released');
  const doctor = await run({}, 'doctor');
  assert.match(doctor.out, /ok {4}listening +calling: http:\/\/127\.0\.0\.1:8219\/\n/);
});

const WRONG: readonly (readonly [readonly string[], RegExp, CliOptions?])[] = [
  [['account', 'frob'], /"frob" is none of list, add, allow, password, remove/],
  [['account', 'add', 'calling'], /URL is missing/],
  [['account', 'allow', 'calling', 'x', '--user', 'a'], /"x" is one word too many/],
  [['account', 'list', '--user', 'a'], /account list takes no --user/],
  [['account', 'allow', 'calling'], /--user is missing/],
  [['account', 'add', 'calling', 'sync.example.org'], /URL is the address of a server/],
  [['account', 'add', 'calling', `https://me:${PASSWORD}@h/`], /without user and password/],
  [['account', 'add', 'calling', 'https://h/', '--password-file', '/x'], /no use without --user/],
  [['account', 'add', 'calling', 'https://h/', '--user', 'a', '--store', 'x'], /is not a store such as/],
  [['account', 'add', 'calling', 'https://h/', '--user', 'a', '--password-file', '/not/there'], /\/not\/there: ENOENT/],
  [['account', 'add', 'calling', 'https://h/', '--user', 'a'], /the password is empty/, piped('\n')],
  [['account', 'add', 'calling', 'https://h/', '--user', 'a'], /more than 256 characters/, piped('x'.repeat(10_000))],
  [['account', 'allow', 'calling', '--user', 'a'], /not the same/, { input: keyboard('a\r', 'b\r').input }],
];

test('a line that makes no sense is refused before anything is done, and repeats no password', async (t) => {
  const { run, all } = await accounts(t);
  for (const [line, complaint, options] of WRONG) {
    const { code, notes } = await run(options ?? {}, ...line);
    assert.equal(code, 2, line.join(' '));
    assert.match(notes, complaint);
  }
  for (const { out, notes } of all) assert(!`${out}${notes}`.includes(PASSWORD));
  assert.match((await run({}, 'account', 'list')).notes, /There is no account/);
  const stopped = await run({ input: keyboard('abc\u0003').input }, 'account', 'allow', 'calling', '--user', 'a');
  assert.equal(stopped.code, 130);
  const unknown = await run(piped('x'), 'account', 'add', 'telepathy', 'https://h/', '--user', 'a');
  assert.deepEqual([unknown.code, /nothing here speaks "telepathy"/.test(unknown.notes)], [4, true]);
});

test('a password that would travel in the clear is pointed out, but not to this machine', async (t) => {
  const { run } = await accounts(t);
  const far = await run(piped('x'), 'account', 'add', 'calling', 'http://sync.example.org/', '--user', 'a');
  assert.match(far.notes, /anybody on the way can read along/);
  const near = await run(piped('x'), 'account', 'add', 'calling', 'http://localhost:8080/', '--user', 'a');
  assert.equal(near.notes, '');
});

test('the doctor warns of a place where others can read along', async (t) => {
  const { phones, run } = await accounts(t);
  phones.place = 'http://192.168.0.7:8219/';
  await run(piped('x'), 'account', 'allow', 'calling', '--user', 'alice');
  const { out } = await run({}, 'doctor');
  assert.match(
    out,
    /warn {2}listening +calling: http:\/\/192\.168\.0\.7:8219\/, where passwords and items can be read/,
  );
});

test('a device that is plugged in is no account, and may have a login all the same', async (t) => {
  const { daemon, plug, run, runWith } = await desk(t);
  await plug();
  let said = await run('account', 'remove', 'Cruzer');
  for (let attempt = 0; said.notes.includes('there is no device') && attempt < 100; attempt++)
    said = await run('account', 'remove', 'Cruzer');
  assert.equal(said.code, 4);
  assert.match(said.notes, /is no account; "cradle forget" forgets a device/);
  assert.match((await run('account', 'password', 'Cruzer')).notes, /--user is missing/);
  const line = ['account', 'password', 'Cruzer', '--user', 'me'];
  assert.match((await runWith(piped('x'), ...line)).notes, /is not yours: claim it first/);
  await run('claim', 'Cruzer');
  assert.equal((await runWith(piped('x'), ...line)).code, 0);
  const secrets = await readFile(join(daemon.home, '.local/state/cradle/secrets.json'), 'utf8');
  assert.match(secrets, /"usb-0781-5567-4C530001":\{"user":"me","password":"x"\}/);
  await run('forget', 'Cruzer');
});
