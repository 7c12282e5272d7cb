import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { paths } from '../../../src/dbus/names.js';
import type { View } from '../../../src/dbus/shape.js';
import { deviceShape } from '../../../src/dbus/shapes/device.js';
import type { sessionShape } from '../../../src/dbus/shapes/session.js';
import { v } from '../../../src/dbus/variant.js';
import { Pty } from '../../bed/pty.js';
import { SimulatedPhone } from '../../fakes/phone/phone.js';
import { said } from '../../fakes/phone/said.js';
import { sighting } from '../../fakes/source.js';
import { Desk } from '../../peers/support/desk.js';
import { until } from '../../support/until.js';

const ID = 'at-serial-357000001234567';
const PORT = '/devices/pci0000:00/usb1/1-1';
/** What udev tells of Nokia's own CA-42. */
const CABLE = {
  'usb.id': '0421:0802',
  'usb.interfaces': ':020201:0a0000:',
  'usb.manufacturer': 'Nokia',
  'usb.path': '1-1',
  'usb.product': 'CA-42 Phone Parent',
};

export type Kind = 'contacts' | 'calendar' | 'notes';

/** A desk with the real daemon, and a simulated Nokia 6021 that its owner plugs in and out. */
export class PhoneDesk {
  readonly phone = new SimulatedPhone();
  readonly desk: Desk;
  #binding = '';
  #line: Pty | undefined;

  private constructor(desk: Desk) {
    this.desk = desk;
  }

  /** The telephone is plugged in and claimed, and bound to the user's own collections. */
  static async open(
    t: TestContext,
    kinds: readonly Kind[] = ['contacts', 'calendar', 'notes'],
    { rules = '', prepare }: { readonly rules?: string; readonly prepare?: (phone: SimulatedPhone) => void } = {},
  ): Promise<PhoneDesk> {
    const world = new PhoneDesk(await Desk.open(t, rules));
    prepare?.(world.phone);
    await world.plug();
    await world.desk.applet.claim(ID);
    const pairs = kinds.map((kind) => [kind, kind] as const);
    world.#binding = await world.desk.bind(ID, pairs, { Triggers: v.as([]) });
    return world;
  }

  get binding(): string {
    return this.#binding;
  }

  async plug(): Promise<void> {
    const line = await Pty.open(this.desk.daemon.scope);
    this.#line = line;
    void this.phone.attach(line, () => line.pull());
    this.desk.daemon.source.appear(
      sighting({ ...CABLE, subsystem: 'tty', node: line.node }, { body: PORT, key: `${PORT}/tty/ttyACM0` }),
    );
    await this.desk.applet.sees(ID, ({ Present, Identified }) => Present && Identified);
  }

  async unplug(): Promise<void> {
    await this.#line?.pull();
    this.desk.daemon.source.vanish(`${PORT}/tty/ttyACM0`);
    await until(() => this.desk.applet.mirror.view(paths.of('device', ID), deviceShape)?.Present !== true);
  }

  /** Fails unless both sides have the same, each item as often as it should be there. */
  async equal(kind: Kind, count: number): Promise<void> {
    const [here, there] = [await this.onDesktop(kind), this.onPhone(kind)];
    assert.deepEqual(here, there);
    assert.equal(here.length, count, here.join('\n---\n'));
  }

  /** After the line was dead. */
  async replug(): Promise<void> {
    await this.unplug();
    await this.plug();
  }

  /** A session that the user asks for, to its end. */
  sync(): Promise<View<typeof sessionShape>> {
    return this.desk.applet.sync(this.#binding);
  }

  /** One that has to end well, on both sides. */
  async synced(): Promise<void> {
    const { State, ErrorMessage } = await this.sync();
    const failure = this.phone.session?.failure;
    if (State !== 'finished' || failure !== undefined || this.phone.session?.isOver !== true)
      throw new Error(`the session is ${State}: ${ErrorMessage}; the telephone: ${failure ?? 'content'}`);
  }

  /** What was refused in the last session, and why. */
  async refused(): Promise<readonly { readonly name: string; readonly reason: string }[]> {
    const [[last]] = await this.desk.applet.manager.call('History', [{ limit: v.u(1) }]);
    const found: { readonly name: string; readonly reason: string }[] = [];
    JSON.parse(String(last?.get('Details') ?? '{}'), (_, value: unknown) => {
      if (typeof value === 'object' && value !== null && 'name' in value && 'reason' in value)
        found.push({ name: String(value.name), reason: String(value.reason) });
      return value;
    });
    return found;
  }

  /** What the telephone has of a kind, as its owner reads it. */
  onPhone(kind: Kind): readonly string[] {
    return [...this.phone[kind].items.values()].map((body) => said(kind, body)).sort();
  }

  /** The same of the desktop. */
  async onDesktop(kind: Kind): Promise<readonly string[]> {
    return [...(await this.desk.items(kind)).values()].map((body) => said(kind, body.toString())).sort();
  }
}
