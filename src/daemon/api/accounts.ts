import { setTimeout as sleep } from 'node:timers/promises';
import { CradleError } from '../../dbus/errors.js';
import type { Dict, Options } from '../../dbus/variant.js';
import { v } from '../../dbus/variant.js';
import type { Device, DeviceId } from '../../hal/device.js';
import { nameDevice } from '../../hal/device-id.js';
import {
  ACCOUNT_ROLES,
  ACCOUNT_SOURCE,
  type Account,
  accountKey,
  accountSighting,
} from '../../hal/sources/accounts.js';
import { presentable } from '../../hal/words.js';
import { accountDevice } from '../session/surroundings.js';
import { oneOf, onlyOptions, pairs, text } from './arguments.js';
import type { Domain } from './domain.js';

/** More accounts than this nobody has; a caller that makes more has gone astray. */
const MOST_ACCOUNTS = 256;
/** Milliseconds that the rules may take to make a device of a new account. */
const PATIENCE = 15_000;
const LONGEST_LOGIN = 256;

/**
 * Sets an account up: it is a device of ours when this settles. Fails with InvalidArgs, NotFound, LimitsExceeded, and as
 * the keeping of its password does; nothing is left of it then.
 */
export async function createAccount(domain: Domain, given: Options): Promise<DeviceId> {
  const { state, secrets, signal } = domain;
  const { account, password } = readAccount(domain, given);
  state.accounts.put(account);
  let made: DeviceId | undefined;
  try {
    const device = await identified(domain, account.name);
    made = device.id;
    const unknown = [...account.stores.keys()].find((name) =>
      device.identity.stores.every((hint) => hint.name !== name),
    );
    if (unknown !== undefined) throw noSuchStore(unknown, device);
    // One of the same name may have left its password behind.
    if (password === undefined) await secrets.remove(device.id, signal);
    else await secrets.put(device.id, { user: account.user, password }, signal);
    state.devices.saw(device.id, device.identity);
    state.devices.label(device.id, account.label);
    state.claims.claim(device.id);
    await domain.registry.reconsider();
    domain.touch({ kind: 'device', id: device.id });
    return device.id;
  } catch (error) {
    state.accounts.remove(account.name);
    if (made !== undefined) {
      state.claims.release(made);
      state.devices.forget(made);
      await secrets.remove(made, signal).catch(() => {});
    }
    throw error;
  }
}

const noSuchStore = (name: string, { identity }: Device): CradleError =>
  new CradleError(
    'InvalidArgs',
    `such an account has no store "${name}"; it may have ${identity.stores.map((hint) => hint.name).join(', ') || 'none'}`,
  );

/** What Device.Account tells; empty for what is no account. */
export function accountDetails(domain: Domain, id: DeviceId): Dict {
  const account = accountOf(domain, id);
  if (account === undefined) return {};
  const { name, protocol, role, url, user } = account;
  return { Name: v.s(name), Protocol: v.s(protocol), Role: v.s(role), Address: v.s(url), User: v.s(user) };
}

/** The account that a device stands for, also while no rule has made a device of it. */
export function accountOf(domain: Domain, id: DeviceId): Account | undefined {
  const seen = domain.registry.get(id)?.sightings.find((sighting) => sighting.source === ACCOUNT_SOURCE);
  return domain.state.accounts.list().find((account) => {
    if (seen !== undefined) return seen.key === accountKey(account.name);
    return nameDevice(accountSighting(account).evidence, '', ACCOUNT_SOURCE).id === id;
  });
}

/** Changes how to log in there, or how it logs in here. Fails with NotOwner, InvalidArgs. */
export async function setCredentials(domain: Domain, id: DeviceId, user: string, password: string): Promise<void> {
  const { state, secrets, signal } = domain;
  if (domain.registry.get(id)?.owner.kind !== 'mine' && !state.claims.holds(id))
    throw new CradleError('NotOwner', `${id} is not yours: claim it first`);
  const account = accountOf(domain, id);
  const name = user === '' ? (account?.user ?? '') : readUser(user);
  if (account !== undefined) checkLogin(domain, { ...account, user: name }, password);
  if (user === '' && password === '') await secrets.remove(id, signal);
  else await secrets.put(id, { user: name, password: readPassword(password) }, signal);
  if (account !== undefined && account.user !== name) state.accounts.put({ ...account, user: name });
  domain.touch({ kind: 'device', id });
}

function readAccount(domain: Domain, given: Options): { account: Account; password: string | undefined } {
  onlyOptions(given, 'Protocol', 'Role', 'Address', 'User', 'Password', 'Label', 'Stores');
  const { accounts } = domain.state;
  if (accounts.list().length >= MOST_ACCOUNTS)
    throw new CradleError('LimitsExceeded', `${MOST_ACCOUNTS} accounts are enough`);
  const protocol = text(given.get('Protocol'), 'Protocol', 64);
  if (!domain.catalogue.protocols.has(protocol))
    throw new CradleError('NotFound', `nothing here speaks "${presentable(protocol)}"`);
  const role = oneOf(given.get('Role'), ACCOUNT_ROLES, 'Role');
  const url = readUrl(given.get('Address') ?? '', role);
  const user = readUser(given.get('User') ?? '');
  const password = given.has('Password') ? readPassword(given.get('Password')) : undefined;
  const label =
    presentable(text(given.get('Label') ?? '', 'Label', 200)) || presentable(url === '' ? user : new URL(url).host);
  const account = { name: '', protocol, role, label, url, user, stores: readStores(given), created: Date.now() };
  checkLogin(domain, account, password ?? '');
  return { account: { ...account, name: freeName(domain, label) }, password };
}

/** Who calls has to say who he is, and under a name that is his alone. */
function checkLogin(domain: Domain, account: Account, password: string): void {
  if (account.role !== 'caller') return;
  if (account.user === '' || password === '')
    throw new CradleError('InvalidArgs', 'User and Password have to be given for one who logs in here');
  const taken = domain.state.accounts.list().find(({ name, role, protocol, user }) => {
    return role === 'caller' && protocol === account.protocol && user === account.user && name !== account.name;
  });
  if (taken !== undefined)
    throw new CradleError(
      'InvalidArgs',
      `${presentable(taken.label)} logs in as "${presentable(account.user)}" already`,
    );
}

/** No part of a wrong address is repeated: there may be a password in it. */
function readUrl(value: unknown, role: Account['role']): string {
  const address = text(value, 'Address', 2048);
  if (role === 'caller') {
    if (address !== '') throw new CradleError('InvalidArgs', 'Address is for a server; one who calls has none');
    return '';
  }
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new CradleError('InvalidArgs', 'Address has to be the URL of a server, such as https://sync.example.org/ds');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new CradleError('InvalidArgs', 'Address has to begin with https:// or http://');
  if (url.username !== '' || url.password !== '')
    throw new CradleError('InvalidArgs', 'Address has a user or password in it: they are User and Password');
  url.hash = '';
  return url.href;
}

function readUser(value: unknown): string {
  const user = text(value, 'User', LONGEST_LOGIN);
  // Basic authentication ends the user's name at the first colon (RFC 7617, section 2).
  if (/[:\p{Cc}]/u.test(user)) throw new CradleError('InvalidArgs', 'User has to be a name without colons');
  return user;
}

function readPassword(value: unknown): string {
  const password = text(value, 'Password', LONGEST_LOGIN);
  if (/\p{Cc}/u.test(password)) throw new CradleError('InvalidArgs', 'Password has to be one line of text');
  return password;
}

function readStores(given: Options): ReadonlyMap<string, string> {
  const stores = new Map<string, string>();
  for (const [name, address] of pairs(given.get('Stores') ?? [], 'Stores')) {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name))
      throw new CradleError('InvalidArgs', 'Stores has to name stores in lower-case letters, digits and hyphens');
    if (stores.has(name)) throw new CradleError('InvalidArgs', `Stores names ${name} twice`);
    if (address.trim() === '' || /\p{Cc}/u.test(address) || address.length > 256)
      throw new CradleError('InvalidArgs', `Stores has to say what ${name} is called there`);
    stores.set(name, address);
  }
  return stores;
}

/** A word made of the label, once and for all: the account's device is called after it. */
function freeName(domain: Domain, label: string): string {
  const stem =
    label
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 40) || 'account';
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (domain.state.accounts.get(name) === undefined) return name;
  }
}

/** The device that the rules make of an account. Fails with Timeout, Cancelled. */
async function identified(domain: Domain, name: string): Promise<Device> {
  const { registry, signal } = domain;
  const over = new AbortController();
  const appeared = new Promise<Device>((resolve) => {
    const look = (): void => {
      const device = accountDevice(registry, name);
      if (device !== undefined) resolve(device);
    };
    const watch = registry.onEvent(look);
    over.signal.addEventListener('abort', () => watch[Symbol.dispose](), { once: true });
    look();
  });
  try {
    const late = sleep(PATIENCE, undefined, { signal: AbortSignal.any([over.signal, signal]) });
    const device = await Promise.race([appeared, late.catch(() => undefined)]);
    if (device !== undefined) return device;
    if (signal.aborted) throw new CradleError('Cancelled', 'the daemon ends');
    throw new CradleError('Timeout', `no device came of the account ${name}`);
  } finally {
    over.abort();
  }
}
