import { deviceShape } from '../../dbus/shapes/device.js';
import type { Arguments } from '../arguments.js';
import type { Context } from '../command.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import { findDevice } from '../find.js';
import { readPassword } from '../secret.js';
import { labelOf } from '../words.js';
import { accountIn, findAccount } from './list.js';

/** Another password, and with --user another name, to log in with; of a device on its cable too, where that wants one. */
export async function password(context: Context, [word = '']: readonly string[], given: Arguments): Promise<ExitCode> {
  const { input, notes, screen, json, signal } = context;
  const daemon = await context.daemon();
  const device = findDevice(daemon, word);
  if (accountIn(device) === undefined && given.text('user') === undefined)
    throw new UsageError(`--user is missing: ${labelOf(device)} has none yet`);
  const twice = accountIn(device)?.role === 'caller';
  const secret = await readPassword({ input: input(), notes, file: given.text('password-file'), twice }, signal);
  await daemon.at(device.path, deviceShape).call('SetCredentials', [given.text('user') ?? '', secret, {}]);
  if (json) screen.json({ device: device.view.Id, done: 'password' });
  else screen.line(`${labelOf(device)} has another password.`);
  return EXIT.ok;
}

/** Forgets an account with its bindings. */
export async function remove(
  { daemon: open, screen, json }: Context,
  [word = '']: readonly string[],
): Promise<ExitCode> {
  const daemon = await open();
  const device = findAccount(daemon, word);
  await daemon.at(device.path, deviceShape).call('Forget', [{}], { timeout: 60_000 });
  if (json) screen.json({ device: device.view.Id, done: 'remove' });
  else screen.line(`${labelOf(device)} is removed; what was synced stays.`);
  return EXIT.ok;
}
