import { readFile } from 'node:fs/promises';
import type { Caller } from './caller.js';
import { asCradleError, CradleError } from './errors.js';
import type { Exported } from './exported.js';
import { introspectionXml } from './introspection.js';
import { fromWire, variantOf } from './marshal.js';
import { dbus, ERROR_PREFIX, standardErrors } from './names.js';
import { type Shape, signatureOf } from './shape.js';
import { introspectableShape, peerShape, propertiesShape } from './standard.js';
import type { Incoming, Outgoing } from './wire.js';

/** Values one call may hold, calls one caller and all callers may have under way. */
const CALL_VALUES = 10_000;
const CALLS_OF_ONE = 32;
const CALLS_OF_ALL = 256;

const standard: readonly Shape[] = [propertiesShape, introspectableShape, peerShape];

/** A refusal under one of the specification's own error names. */
class Refusal extends Error {
  constructor(
    readonly errorName: string,
    message: string,
  ) {
    super(message);
  }
}

/** The signature of an answer and its values. */
type Answer = readonly [string, readonly unknown[]];

interface Host {
  send(message: Outgoing): void;
  caller(uniqueName: string): Promise<Caller>;
  unexpected(error: unknown): void;
}

/** Our objects on the bus, and the way of a call from the message to the code and back. */
export class Objects {
  readonly #objects = new Map<string, ReadonlyMap<string, Exported>>();
  readonly #published = new Map<string, Disposable>();
  readonly #underWay = new Map<string, number>();
  #all = 0;

  constructor(readonly host: Host) {}

  publish(path: string, interfaces: readonly Exported[]): Disposable {
    if (this.#objects.has(path)) throw new Error(`there is an object at ${path} already`);
    const attached = interfaces.map((one) =>
      one.attach((name, member, signature, body) => {
        try {
          this.host.send({ kind: 'signal', path, interface: name, member, signature, body });
        } catch (error) {
          // Objects outlive the bus for a moment at its end; nobody is there to hear.
          if (asCradleError(error).code !== 'NotConnected') this.host.unexpected(error);
        }
      }),
    );
    const object = new Map(interfaces.map((one) => [one.shape.name, one]));
    this.#objects.set(path, object);
    const published = {
      [Symbol.dispose]: () => {
        if (this.#published.get(path) !== published) return;
        this.#published.delete(path);
        for (const one of attached) one[Symbol.dispose]();
        this.#objects.delete(path);
      },
    };
    this.#published.set(path, published);
    return published;
  }

  /** Takes every object away when the bus is gone, so that none waits for the right moment to tell of a change. */
  end(): void {
    for (const published of [...this.#published.values()]) published[Symbol.dispose]();
  }

  /** Answers one call; never throws. */
  receive(message: Incoming): void {
    let answer: Answer | Promise<Answer>;
    try {
      answer = this.#answer(message);
    } catch (error) {
      this.#refuse(message, error);
      return;
    }
    if (!(answer instanceof Promise)) {
      this.#reply(message, answer);
      return;
    }
    const { sender } = message;
    this.#underWay.set(sender, (this.#underWay.get(sender) ?? 0) + 1);
    this.#all++;
    answer
      .then(
        (given) => this.#reply(message, given),
        (error: unknown) => this.#refuse(message, error),
      )
      .finally(() => {
        this.#all--;
        const left = (this.#underWay.get(sender) ?? 1) - 1;
        if (left > 0) this.#underWay.set(sender, left);
        else this.#underWay.delete(sender);
      });
  }

  #answer(message: Incoming): Answer | Promise<Answer> {
    const { path, member } = message;
    const object = this.#objects.get(path);
    const exported = this.#exported(object, message);
    if (exported !== undefined) return this.#invoke(exported, message);
    const shape = standard.find(({ name }) => name === message.interface);
    if (shape === undefined) {
      // Without an interface the member alone decides (specification, "Message Types").
      const owner =
        message.interface === undefined ? standard.find(({ methods }) => Object.hasOwn(methods, member)) : undefined;
      if (owner !== undefined) return this.#standard(owner, object, message);
      this.#mustExist(path, object);
      throw message.interface === undefined
        ? new Refusal(standardErrors.unknownMethod, `the object ${path} has no method ${member}`)
        : new Refusal(standardErrors.unknownInterface, `the object ${path} has no interface ${message.interface}`);
    }
    return this.#standard(shape, object, message);
  }

  #exported(object: ReadonlyMap<string, Exported> | undefined, message: Incoming): Exported | undefined {
    if (object === undefined) return undefined;
    if (message.interface !== undefined) return object.get(message.interface);
    return [...object.values()].find(({ shape }) => Object.hasOwn(shape.methods, message.member));
  }

  #invoke(exported: Exported, message: Incoming): Promise<Answer> {
    const { shape } = exported;
    const { member } = message;
    const { body, gives } = checked(shape, message);
    const args = fromWire(message.signature, body, CALL_VALUES);
    return this.#known(message, async (caller) => [gives, await exported.invoke(member, args, caller)]);
  }

  #known<T>(message: Incoming, run: (caller: Caller) => Promise<T>): Promise<T> {
    if ((this.#underWay.get(message.sender) ?? 0) >= CALLS_OF_ONE || this.#all >= CALLS_OF_ALL)
      throw new CradleError('LimitsExceeded', `too many calls are under way; ${message.member} was not begun`);
    return this.host.caller(message.sender).then(run);
  }

  #standard(
    shape: Shape,
    object: ReadonlyMap<string, Exported> | undefined,
    message: Incoming,
  ): Answer | Promise<Answer> {
    const { path, member } = message;
    const { body, gives } = checked(shape, message);
    if (shape === peerShape) return member === 'Ping' ? [gives, []] : machineId().then((id) => [gives, [id]]);
    if (shape === introspectableShape) return [gives, [this.#introspect(path, object)]];
    const present = this.#mustExist(path, object);
    const [interfaceName, propertyName] = body;
    const exported = typeof interfaceName === 'string' ? present.get(interfaceName) : undefined;
    if (exported === undefined) {
      if (member === 'GetAll' && standard.some(({ name }) => name === interfaceName)) return [gives, [{}]];
      throw new Refusal(
        standardErrors.unknownInterface,
        `the object ${path} has no interface ${String(interfaceName)}`,
      );
    }
    if (member === 'GetAll') return [gives, [exported.readAll()]];
    const name = String(propertyName);
    const property = Object.hasOwn(exported.shape.properties, name) ? exported.shape.properties[name] : undefined;
    if (property === undefined)
      throw new Refusal(standardErrors.unknownProperty, `${exported.shape.name} has no property ${name}`);
    if (member === 'Get') return [gives, [exported.read(name)]];
    if (property.access !== 'readwrite')
      throw new Refusal(standardErrors.propertyReadOnly, `the property ${name} can only be read`);
    const { signature, value } = variantOf(body[2], CALL_VALUES);
    if (signature !== property.type)
      throw new Refusal(
        standardErrors.invalidArgs,
        `the property ${name} has the type ${property.type}, it was set to a ${signature}`,
      );
    return this.#known(message, async (caller) => {
      await exported.write(name, value, caller);
      return [gives, []];
    });
  }

  #mustExist(path: string, object: ReadonlyMap<string, Exported> | undefined): ReadonlyMap<string, Exported> {
    if (object !== undefined) return object;
    throw new Refusal(standardErrors.unknownObject, `there is no object at ${path}`);
  }

  #introspect(path: string, object: ReadonlyMap<string, Exported> | undefined): string {
    const prefix = path === '/' ? '/' : `${path}/`;
    const children = new Set<string>();
    for (const known of this.#objects.keys())
      if (known.startsWith(prefix) && known !== path) children.add(known.slice(prefix.length).split('/', 1)[0] ?? '');
    if (object === undefined && children.size === 0) this.#mustExist(path, object);
    const own = object === undefined ? [] : [...object.values()].map(({ shape }) => shape);
    return introspectionXml([...own, ...standard], [...children].sort());
  }

  #reply(message: Incoming, [signature, body]: Answer): void {
    if (!message.wantsReply) return;
    try {
      this.host.send({ kind: 'return', destination: message.sender, replySerial: message.serial, signature, body });
    } catch (error) {
      this.#refuse(
        message,
        error instanceof CradleError && error.code === 'LimitsExceeded' ? error : unexpected(error),
      );
    }
  }

  #refuse(message: Incoming, thrown: unknown): void {
    const { errorName, text } = this.#named(thrown);
    if (!message.wantsReply) return;
    try {
      this.host.send({
        kind: 'error',
        destination: message.sender,
        replySerial: message.serial,
        errorName,
        signature: 's',
        body: [text],
      });
    } catch (error) {
      // The connection went away while the code ran: there is nobody left to tell.
      if (asCradleError(error).code !== 'NotConnected') this.host.unexpected(error);
    }
  }

  #named(thrown: unknown): { readonly errorName: string; readonly text: string } {
    if (thrown instanceof Refusal) return { errorName: thrown.errorName, text: thrown.message };
    if (thrown instanceof CradleError) return { errorName: `${ERROR_PREFIX}${thrown.code}`, text: thrown.message };
    // What we did not expect is for the log; a stranger gets neither paths nor stack.
    this.host.unexpected(thrown);
    return { errorName: `${ERROR_PREFIX}Failed`, text: 'Cradle met an error it did not expect; its log says more' };
  }
}

function checked(shape: Shape, message: Incoming): { readonly body: readonly unknown[]; readonly gives: string } {
  const { member, signature } = message;
  const method = Object.hasOwn(shape.methods, member) ? shape.methods[member] : undefined;
  if (method === undefined) throw new Refusal(standardErrors.unknownMethod, `${shape.name} has no method ${member}`);
  const wanted = signatureOf(method.in);
  if (signature !== wanted) {
    const names = method.in.map(({ name, type }) => `${type} ${name}`).join(', ');
    const text = `${member} takes (${names}), it was called with the types "${signature}"`;
    throw standard.includes(shape)
      ? new Refusal(standardErrors.invalidArgs, text)
      : new CradleError('InvalidArgs', text);
  }
  if (message.body === undefined)
    throw new CradleError('LimitsExceeded', `the call of ${member} is larger than Cradle accepts`);
  return { body: message.body, gives: signatureOf(method.out) };
}

const unexpected = (error: unknown): Error => new Error('an answer is not of its declared type', { cause: error });

async function machineId(): Promise<string> {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (/^[0-9a-f]{32}\s*$/.test(text)) return text.trim();
  }
  throw new CradleError('NotFound', `this machine has no machine id (${dbus.peer})`);
}
