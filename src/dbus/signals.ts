import type { Call } from './calls.js';
import { asCradleError } from './errors.js';
import { fromWire } from './marshal.js';
import { dbus } from './names.js';
import type { Incoming } from './wire.js';

/** A match on signals (D-Bus specification, "Match Rules"). */
export interface SignalMatch {
  /** A well-known name stays matched when its owner restarts. */
  readonly sender?: string;
  readonly path?: string;
  readonly pathNamespace?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly arg0?: string;
}

export interface Signal {
  readonly sender: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  /** Variants are opened, `a{sv}` are Maps, 64-bit integers are bigint, `ay` is Uint8Array. */
  readonly body: readonly unknown[];
}

const SIGNAL_VALUES = 100_000;

interface Subscription {
  readonly match: SignalMatch;
  readonly handler: (signal: Signal) => void;
}

interface WatchedName {
  owner: string | undefined;
  /** A change was told: an older answer to GetNameOwner no longer counts. */
  told: boolean;
  readonly handlers: Set<(owner: string | undefined) => void>;
  readonly ready: Promise<void>;
}

/** Match rules on the bus, counted, and the handlers behind them; and who owns the names they speak of. */
export class Signals {
  readonly #rules = new Map<string, { count: number; added: Promise<unknown> }>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #names = new Map<string, WatchedName>();

  constructor(
    readonly call: (call: Call) => Promise<readonly unknown[]>,
    readonly unexpected: (error: unknown) => void,
  ) {}

  async subscribe(match: SignalMatch, handler: (signal: Signal) => void): Promise<AsyncDisposable> {
    // The bus follows a well-known name by itself; we must know its owner too, as signals bear unique names.
    const watch = isWellKnown(match.sender) ? await this.watchName(match.sender, () => {}) : undefined;
    const subscription = { match, handler };
    this.#subscriptions.add(subscription);
    const rule = ruleOf(match);
    try {
      await this.#hold(rule);
    } catch (error) {
      this.#subscriptions.delete(subscription);
      await watch?.[Symbol.asyncDispose]();
      throw error;
    }
    return once(async () => {
      this.#subscriptions.delete(subscription);
      await Promise.all([this.#drop(rule), watch?.[Symbol.asyncDispose]()]);
    });
  }

  async watchName(name: string, handler: (owner: string | undefined) => void): Promise<AsyncDisposable> {
    const rule = ruleOf(ownerChanges(name));
    const watched = this.#names.get(name) ?? this.#beginWatching(name, rule);
    // Held back until the first word, so that a handler is never told of a change before the beginning.
    let began = false;
    const tell = (owner: string | undefined): void => {
      if (began) this.#safely(() => handler(owner));
    };
    watched.handlers.add(tell);
    const release = async (): Promise<void> => {
      watched.handlers.delete(tell);
      if (watched.handlers.size > 0 || this.#names.get(name) !== watched) return;
      this.#names.delete(name);
      await this.#drop(rule);
    };
    try {
      await watched.ready;
    } catch (error) {
      await release();
      throw error;
    }
    began = true;
    tell(watched.owner);
    return once(release);
  }

  receive(message: Incoming): void {
    if (message.body === undefined || message.interface === undefined) return;
    this.#followNames(message);
    let signal: Signal | undefined;
    for (const { match, handler } of [...this.#subscriptions]) {
      if (!this.#fits(match, message)) continue;
      try {
        signal ??= signalOf(message, message.interface, message.body);
      } catch (error) {
        this.unexpected(error);
        return;
      }
      const told = signal;
      this.#safely(() => handler(told));
    }
  }

  #beginWatching(name: string, rule: string): WatchedName {
    const ready = async (): Promise<void> => {
      const asked = this.#hold(rule).then(() =>
        this.call({
          destination: dbus.name,
          path: dbus.path,
          interface: dbus.interface,
          member: 'GetNameOwner',
          signature: 's',
          body: [name],
        }),
      );
      const owner = await asked.then(ownerIn, (error: unknown) => {
        const failure = asCradleError(error);
        if (failure.remote === undefined) throw failure;
        return undefined;
      });
      if (!watched.told) watched.owner = owner;
    };
    const watched: WatchedName = {
      owner: undefined,
      told: false,
      handlers: new Set(),
      ready: Promise.resolve().then(ready),
    };
    // Everybody who waits hears of a failure by himself.
    watched.ready.catch(() => {
      this.#names.delete(name);
      return this.#drop(rule);
    });
    this.#names.set(name, watched);
    return watched;
  }

  #followNames(message: Incoming): void {
    if (message.sender !== dbus.name || message.member !== 'NameOwnerChanged') return;
    const [name, , owner] = message.body ?? [];
    const watched = typeof name === 'string' ? this.#names.get(name) : undefined;
    if (watched === undefined || typeof owner !== 'string') return;
    watched.told = true;
    watched.owner = owner === '' ? undefined : owner;
    for (const tell of [...watched.handlers]) tell(watched.owner);
  }

  #fits(match: SignalMatch, message: Incoming): boolean {
    return (
      (match.interface === undefined || match.interface === message.interface) &&
      (match.member === undefined || match.member === message.member) &&
      (match.path === undefined || match.path === message.path) &&
      (match.pathNamespace === undefined || isWithin(message.path, match.pathNamespace)) &&
      (match.sender === undefined || match.sender === message.sender || this.#owns(message.sender, match.sender)) &&
      (match.arg0 === undefined || match.arg0 === message.body?.[0])
    );
  }

  #owns(sender: string, name: string): boolean {
    return sender !== '' && this.#names.get(name)?.owner === sender;
  }

  async #hold(rule: string): Promise<void> {
    const held = this.#rules.get(rule);
    if (held !== undefined) {
      held.count++;
      await held.added;
      return;
    }
    const added = this.#rule('AddMatch', rule);
    this.#rules.set(rule, { count: 1, added });
    try {
      await added;
    } catch (error) {
      this.#rules.delete(rule);
      throw error;
    }
  }

  async #drop(rule: string): Promise<void> {
    const held = this.#rules.get(rule);
    if (held === undefined || --held.count > 0) return;
    this.#rules.delete(rule);
    // When the connection is gone the bus has dropped the rule with it.
    await this.#rule('RemoveMatch', rule).catch(() => {});
  }

  #rule(member: 'AddMatch' | 'RemoveMatch', rule: string): Promise<unknown> {
    const { name: destination, path } = dbus;
    return this.call({ destination, path, interface: dbus.interface, member, signature: 's', body: [rule] });
  }

  #safely(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.unexpected(error);
    }
  }
}

const ownerChanges = (name: string): SignalMatch => ({
  sender: dbus.name,
  path: dbus.path,
  interface: dbus.interface,
  member: 'NameOwnerChanged',
  arg0: name,
});

const isWellKnown = (sender: string | undefined): sender is string =>
  sender !== undefined && !sender.startsWith(':') && sender !== dbus.name;

const isWithin = (path: string, namespace: string): boolean =>
  namespace === '/' || path === namespace || path.startsWith(`${namespace}/`);

function ownerIn(answer: readonly unknown[]): string | undefined {
  const [owner] = answer;
  return typeof owner === 'string' ? owner : undefined;
}

function signalOf(message: Incoming, interfaceName: string, body: readonly unknown[]): Signal {
  const { sender, path, member, signature } = message;
  return { sender, path, interface: interfaceName, member, signature, body: fromWire(signature, body, SIGNAL_VALUES) };
}

function ruleOf(match: SignalMatch): string {
  const parts = ["type='signal'"];
  const say = (key: string, value: string | undefined): void => {
    // An apostrophe cannot stand inside quotes: the quotes end, it stands escaped, they begin anew.
    if (value !== undefined) parts.push(`${key}='${value.replaceAll("'", "'\\''")}'`);
  };
  say('sender', match.sender);
  say('path', match.path);
  say('path_namespace', match.pathNamespace);
  say('interface', match.interface);
  say('member', match.member);
  say('arg0', match.arg0);
  return parts.join(',');
}

function once(release: () => Promise<void>): AsyncDisposable {
  let released: Promise<void> | undefined;
  return {
    [Symbol.asyncDispose]: () => {
      released ??= release();
      return released;
    },
  };
}
