import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SightingEvent } from '../../src/hal/device.js';
import { type Account, type AccountBook, AccountSource } from '../../src/hal/sources/accounts.js';

const account = (name: string, more: Partial<Account> = {}): Account => ({
  name,
  protocol: 'syncml',
  role: 'server',
  label: 'Work',
  url: 'https://sync.example.org/ds',
  user: 'alice',
  stores: new Map(),
  created: 1,
  ...more,
});

/** A book that a test writes in. */
class ScriptedBook implements AccountBook {
  readonly #listeners = new Set<() => void>();
  #accounts: readonly Account[];

  constructor(...accounts: readonly Account[]) {
    this.#accounts = accounts;
  }

  list(): readonly Account[] {
    return this.#accounts;
  }

  set(...accounts: readonly Account[]): void {
    this.#accounts = accounts;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

const told = (event: SightingEvent | undefined): string =>
  event === undefined
    ? 'nothing'
    : event.kind === 'settled'
      ? 'settled'
      : `${event.kind} ${event.kind === 'vanished' ? event.key : event.sighting.key}`;

test('accounts are told at the start, then as they come, change and go, until nobody listens any more', async () => {
  const book = new ScriptedBook(account('work'));
  const stop = new AbortController();
  const events = new AccountSource(book).watch(stop.signal);
  const next = async (): Promise<string> => told((await events.next()).value ?? undefined);
  assert.equal(await next(), 'appeared account:work');
  assert.equal(await next(), 'settled');
  const coming = next();
  book.set(account('work'), account('phone', { role: 'caller', url: '' }));
  assert.equal(await coming, 'appeared account:phone');
  book.set(account('work', { user: 'bob' }), account('phone', { role: 'caller', url: '' }));
  assert.equal(await next(), 'changed account:work');
  book.set(account('work', { user: 'bob' }));
  assert.equal(await next(), 'vanished account:phone');
  const last = events.next();
  stop.abort();
  assert.equal((await last).done, true);
  assert.equal(book.listeners, 0);
});

test('an account that was removed and made again meanwhile is another one', async () => {
  const book = new ScriptedBook(account('work'));
  const stop = new AbortController();
  const events = new AccountSource(book).watch(stop.signal);
  const next = async (): Promise<string> => told((await events.next()).value ?? undefined);
  assert.equal(await next(), 'appeared account:work');
  assert.equal(await next(), 'settled');
  book.set(account('work', { created: 2 }));
  assert.equal(await next(), 'vanished account:work');
  assert.equal(await next(), 'appeared account:work');
  stop.abort();
});

test('rules see what an account is, and nothing that is empty', async () => {
  const stores = new Map([
    ['notes', 'memo'],
    ['contacts', 'card'],
  ]);
  const stop = new AbortController();
  const source = new AccountSource(new ScriptedBook(account('phone', { role: 'caller', url: '', stores })));
  for await (const event of source.watch(stop.signal)) {
    assert(event.kind === 'appeared');
    assert.deepEqual(Object.fromEntries(event.sighting.evidence), {
      subsystem: 'account',
      account: 'phone',
      'account.protocol': 'syncml',
      'account.role': 'caller',
      'account.label': 'Work',
      'account.user': 'alice',
      'account.stores': 'contacts;notes',
      'account.store.contacts': 'card',
      'account.store.notes': 'memo',
    });
    break;
  }
});
