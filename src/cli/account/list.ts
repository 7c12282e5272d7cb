import type { Context } from '../command.js';
import { type Daemon, nameIn, type SeenDevice } from '../daemon.js';
import { EXIT, type ExitCode, NotFoundError } from '../exit.js';
import { findDevice } from '../find.js';
import { deviceJson } from '../json.js';
import { clipped, shown } from '../width.js';
import { labelOf, standing } from '../words.js';

/** What a device is if it is an account; undefined for what is plugged in. */
export function accountIn({
  view,
}: SeenDevice): Readonly<Record<'protocol' | 'role' | 'address' | 'user', string>> | undefined {
  const word = (key: string): string => {
    const value = view.Account.get(key);
    return typeof value === 'string' ? value : '';
  };
  if (view.Account.size === 0) return undefined;
  return { protocol: word('Protocol'), role: word('Role'), address: word('Address'), user: word('User') };
}

/** Fails with NotFoundError, also when the word means a device that is none. */
export function findAccount(daemon: Daemon, word: string): SeenDevice {
  const device = findDevice(daemon, word);
  if (accountIn(device) === undefined)
    throw new NotFoundError(`${labelOf(device)} is no account; "cradle forget" forgets a device`);
  return device;
}

export async function list({ daemon: open, screen, notes, json }: Context): Promise<ExitCode> {
  const daemon = await open();
  const accounts = daemon.devices().filter((device) => accountIn(device) !== undefined);
  if (json) screen.json(accounts.map(deviceJson));
  else if (accounts.length === 0) notes.line('There is no account; "cradle help account" says how to set one up.');
  else
    screen.table(
      ['ACCOUNT', 'PROTOCOL', 'ADDRESS', 'USER', 'STATE', 'ID'],
      accounts.map((device) => {
        const { protocol = '', role = '', address = '', user = '' } = accountIn(device) ?? {};
        const bindings = device.view.Bindings.flatMap((path) => daemon.binding(path) ?? []);
        return [
          clipped(labelOf(device), 32),
          shown(protocol),
          role === 'caller' ? screen.styled('dim', 'calls here') : clipped(shown(address), 48),
          clipped(shown(user), 24),
          standing(screen, device, bindings),
          screen.styled('dim', shown(nameIn(device.path))),
        ];
      }),
    );
  return EXIT.ok;
}
