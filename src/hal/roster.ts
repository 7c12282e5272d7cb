import { CradleError } from '../dbus/errors.js';
import type { Body } from './body.js';
import { type Composition, composeDevice, sameDevice } from './compose.js';
import type { Device, DeviceEvent, DeviceId, Match, Owner, RuleSet, Sighting } from './device.js';
import { bodyId, portId } from './device-id.js';
import type { Finding } from './identify.js';

/** What a roster needs of whoever keeps it. */
export interface RosterKeeper {
  rules(): RuleSet;
  judge(id: DeviceId, match: Match, sightings: readonly Sighting[], ambiguous: boolean): Owner;
  tell(event: DeviceEvent): void;
}

/** The devices in reach by their ids, each of one or more bodies; tells what changes. */
export class Roster {
  readonly #keeper: RosterKeeper;
  readonly #devices = new Map<DeviceId, Composition>();

  constructor(keeper: RosterKeeper) {
    this.#keeper = keeper;
  }

  /** All that are shown, in the order of their ids. */
  devices(): readonly Device[] {
    return [...this.#devices.values()]
      .filter(({ ignored }) => !ignored)
      .map(({ device }) => device)
      .sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  get(id: DeviceId): Device | undefined {
    const found = this.#devices.get(id);
    return found === undefined || found.ignored ? undefined : found.device;
  }

  /** A device with all that it was made of, shown or not. Fails with NotFound. */
  composition(id: DeviceId): Composition {
    const found = this.#devices.get(id);
    if (found === undefined) throw new CradleError('NotFound', `there is no device ${id} here`);
    return found;
  }

  bodiesOf(id: DeviceId): readonly Body[] {
    return [...(this.#devices.get(id)?.bodies ?? [])];
  }

  /** Gives a body, or takes from it, its place in a device, and tells what has changed. */
  place(body: Body, finding: Finding | undefined): void {
    const before = body.id;
    body.finding = finding;
    body.id = finding === undefined ? undefined : this.#nameOf(body, finding);
    const without = before === undefined ? undefined : this.#devices.get(before);
    if (before !== undefined && without !== undefined && before !== body.id)
      this.#compose(before, new Set([...without.bodies].filter((other) => other !== body)));
    if (body.id !== undefined) this.#compose(body.id, new Set([...this.bodiesOf(body.id), body]));
  }

  /** Its lasting name, unless its like has it already: seen by another source it is the same device, else it is a twin. */
  #nameOf(body: Body, { name, evidence }: Finding): DeviceId {
    const free = (id: DeviceId): boolean => {
      const others = this.bodiesOf(id).filter((other) => other !== body);
      return others.every((other) => [...other.sources].every((source) => !body.sources.has(source)));
    };
    if (!body.ambiguous && free(name.id)) return name.id;
    body.ambiguous = true;
    const port = portId(evidence, body.body);
    return free(port) ? port : bodyId(evidence, body.body);
  }

  #compose(id: DeviceId, bodies: ReadonlySet<Body>): void {
    const before = this.#devices.get(id);
    if (bodies.size === 0) {
      this.#devices.delete(id);
      if (before !== undefined && !before.ignored) this.#keeper.tell({ kind: 'vanished', device: before.device });
      return;
    }
    const now = composeDevice(id, bodies, this.#keeper.rules(), (match, sightings, ambiguous) =>
      this.#keeper.judge(id, match, sightings, ambiguous),
    );
    this.#devices.set(id, now);
    const shown = before !== undefined && !before.ignored;
    if (now.ignored) {
      if (shown) this.#keeper.tell({ kind: 'vanished', device: before.device });
    } else if (!shown) this.#keeper.tell({ kind: 'appeared', device: now.device });
    else if (!sameDevice(before.device, now.device)) this.#keeper.tell({ kind: 'changed', device: now.device });
  }
}
