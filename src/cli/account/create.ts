import { setTimeout as sleep } from 'node:timers/promises';
import { type Dict, v } from '../../dbus/variant.js';
import type { Arguments } from '../arguments.js';
import type { Context } from '../command.js';
import { type Daemon, nameIn } from '../daemon.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import { deviceJson } from '../json.js';
import { readPassword } from '../secret.js';
import { pairIn } from '../settings.js';
import { shown } from '../width.js';
import { labelOf } from '../words.js';

/** A server we log in to. */
export async function add(
  context: Context,
  [protocol = '', url = '']: readonly string[],
  given: Arguments,
): Promise<ExitCode> {
  const settings = { Protocol: v.s(protocol), Role: v.s('server'), Address: v.s(url), ...settingsIn(given) };
  const user = given.text('user');
  if (user === undefined && given.text('password-file') !== undefined)
    throw new UsageError('a password is no use without --user');
  // A wrong address is told before anybody types a password.
  if (!/^https?:\/\/[^/@]+(?:\/|$)/i.test(url))
    throw new UsageError('URL is the address of a server, without user and password: https://sync.example.org/ds');
  const daemon = await context.daemon();
  if (/^http:/i.test(url) && !/^http:\/\/(?:localhost|127\.[0-9.]+|\[::1\])(?:[:/]|$)/i.test(url))
    context.notes.line(
      'Note: at an http:// address anybody on the way can read along; prefer https:// where there is one.',
    );
  const secret = user === undefined ? {} : { Password: v.s(await passwordFor(context, given, false)) };
  return created(context, daemon, { ...settings, ...secret }, []);
}

/** A phone or program that logs in here. */
export async function admit(context: Context, [protocol = '']: readonly string[], given: Arguments): Promise<ExitCode> {
  const user = given.text('user');
  if (user === undefined) throw new UsageError('--user is missing: the name that it logs in under');
  const daemon = await context.daemon();
  const password = await passwordFor(context, given, true);
  const settings = { Protocol: v.s(protocol), Role: v.s('caller'), ...settingsIn(given), Password: v.s(password) };
  const path = await create(daemon, settings);
  const stores = daemon.device(path)?.view.Stores.map((store) => shown(String(store.get('Name') ?? ''))) ?? [];
  const where = await whereToCall(daemon, protocol, context.signal);
  const what = stores.length === 0 ? [] : [`What it finds there is called ${stores.join(', ')}.`];
  return report(context, daemon, path, [...where, ...what]);
}

async function created(context: Context, daemon: Daemon, settings: Dict, more: readonly string[]): Promise<ExitCode> {
  return report(context, daemon, await create(daemon, settings), more);
}

async function create(daemon: Daemon, settings: Dict): Promise<string> {
  const [path] = await daemon.manager.call('CreateAccount', [settings, {}], { timeout: 60_000 });
  return path;
}

function report({ screen, json }: Context, daemon: Daemon, path: string, more: readonly string[]): ExitCode {
  const device = daemon.device(path);
  if (json) screen.json(device === undefined ? { id: nameIn(path), path } : deviceJson(device));
  else {
    const id = shown(nameIn(path));
    screen.line(`${device === undefined ? id : labelOf(device)} is set up (${id}).`);
    for (const line of more) screen.line(line);
    screen.line(`"cradle bind ${id}" says what it is synced with.`);
  }
  return EXIT.ok;
}

const passwordFor = ({ input, notes, signal }: Context, given: Arguments, twice: boolean): Promise<string> =>
  readPassword({ input: input(), notes, file: given.text('password-file'), twice }, signal);

function settingsIn(given: Arguments): Dict {
  const user = given.text('user');
  const label = given.text('name');
  const stores = given.texts('store').map((word) => pairIn(word, 'a store such as contacts=addressbook'));
  return {
    ...(user === undefined ? {} : { User: v.s(user) }),
    ...(label === undefined ? {} : { Label: v.s(label) }),
    ...(stores.length === 0 ? {} : { Stores: v.ass(stores) }),
  };
}

/** What a person has to type in there; a moment is given to a listener that has only just begun. */
async function whereToCall(daemon: Daemon, protocol: string, signal: AbortSignal): Promise<readonly string[]> {
  for (let attempt = 0; attempt < 20; attempt++) {
    for (const listener of await daemon.manager.get('Listeners')) {
      const word = (key: string): string => shown(String(listener.get(key) ?? ''));
      if (word('Protocol') !== protocol) continue;
      if (word('State') === 'failing') return [`It cannot call yet: ${word('Message')}; see "cradle doctor".`];
      if (word('Where') !== '') return [`Let it call ${word('Where')} as the user that was given.`];
    }
    await sleep(100, undefined, { signal });
  }
  return ['"cradle doctor" says where it is to call.'];
}
