import type { Bus } from './bus.js';
import { type Exported, exportInterface } from './exported.js';
import { paths } from './names.js';
import { objectManagerShape } from './standard.js';

/** Our objects below one root, and the ObjectManager there that tells of them (D-Bus specification, "ObjectManager"). */
export class ObjectTree implements Disposable {
  readonly #objects = new Map<string, { readonly interfaces: readonly Exported[]; readonly published: Disposable }>();
  readonly #manager = exportInterface(objectManagerShape, {
    properties: {},
    methods: {
      GetManagedObjects: () =>
        Object.fromEntries([...this.#objects].map(([path, { interfaces }]) => [path, valuesOf(interfaces)])),
    },
  });
  readonly #root: Disposable;

  /** Publishes the root at once, with these interfaces of its own beside the ObjectManager. */
  constructor(
    readonly bus: Bus,
    own: readonly Exported[] = [],
    readonly root: string = paths.root,
  ) {
    this.#root = bus.publish(root, [...own, this.#manager]);
  }

  has(path: string): boolean {
    return this.#objects.has(path);
  }

  /** Publishes an object and says so; disposing removes it. */
  add(path: string, interfaces: readonly Exported[]): Disposable {
    if (!path.startsWith(`${this.root}/`)) throw new Error(`${path} is not below ${this.root}`);
    const published = this.bus.publish(path, interfaces);
    this.#objects.set(path, { interfaces, published });
    this.#manager.emit('InterfacesAdded', path, valuesOf(interfaces));
    return { [Symbol.dispose]: () => this.remove(path) };
  }

  /** Takes an object away and says so; nothing when there is none. */
  remove(path: string): void {
    const object = this.#objects.get(path);
    if (object === undefined) return;
    this.#objects.delete(path);
    object.published[Symbol.dispose]();
    const names = object.interfaces.map(({ shape }) => shape.name);
    this.#manager.emit('InterfacesRemoved', path, names);
  }

  [Symbol.dispose](): void {
    for (const path of [...this.#objects.keys()]) this.remove(path);
    this.#root[Symbol.dispose]();
  }
}

const valuesOf = (interfaces: readonly Exported[]): Record<string, ReturnType<Exported['readAll']>> =>
  Object.fromEntries(interfaces.map((one) => [one.shape.name, one.readAll()]));
