import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { v } from '../../../src/dbus/variant.js';
import { Undo } from '../../support/scope.js';
import { Desk } from './desk.js';
import { assertEqualItems } from './equal.js';
import { HordeServer } from './horde-server.js';
import { LossyProxy } from './lossy-proxy.js';
import { type CardOptions, card } from './people.js';

const TYPES = {
  contacts: 'text/vcard',
  calendar: 'text/calendar',
  tasks: 'text/calendar',
  notes: 'text/plain',
} as const;
export type StoreName = keyof typeof TYPES;

/** Our daemon with an account at Horde, the way between them, and one binding. */
export class HordeAccount {
  private constructor(
    readonly desk: Desk,
    readonly server: HordeServer,
    readonly way: LossyProxy,
    readonly device: string,
    readonly binding: string,
  ) {}

  static async open(
    t: TestContext,
    options: Readonly<Record<string, string>> = {},
    stores: readonly StoreName[] = ['contacts'],
    settings: Parameters<Desk['bind']>[2] = {},
  ): Promise<HordeAccount> {
    const desk = await Desk.open(t);
    const scope = new Undo();
    t.after(() => scope[Symbol.asyncDispose]());
    const server = await HordeServer.start(scope, { user: 'alice', password: 'secret' });
    const way = await LossyProxy.start(scope, server.url);
    const rules = join(desk.daemon.home, '.config/cradle/devices.d');
    await mkdir(rules, { recursive: true });
    const words = Object.entries(options).map(([name, value]) => `SyncML.${name}=${value}`);
    await writeFile(
      join(rules, '90-test.devices'),
      ['[Horde]', 'MatchFact=account.protocol=syncml', ...words, ''].join('\n'),
    );
    await desk.applet.manager.call('ReloadRules', [{}]);
    const device = await desk.account({
      Role: v.s('server'),
      Address: v.s(way.url),
      User: v.s('alice'),
      Password: v.s('secret'),
      Stores: v.ass(stores.map((name) => [name, name])),
    });
    const pairs: (readonly [string, string])[] = [];
    for (const name of stores) {
      // Of these two a user has his own without a word.
      const isOwn = name === 'contacts' || name === 'calendar';
      await mkdir(desk.folder(name), { recursive: true });
      pairs.push([name, isOwn ? name : desk.folder(name)]);
    }
    const binding = await desk.bind(device, pairs, { Triggers: v.as([]), ...settings });
    return new HordeAccount(desk, server, way, device, binding);
  }

  /** Fails where the session does. */
  async sync(): Promise<void> {
    const { State, ErrorMessage } = await this.desk.applet.sync(this.binding);
    assert.equal(State, 'finished', ErrorMessage);
  }

  /** Both sides have the same, and so many. */
  async equal(count: number, store: StoreName = 'contacts'): Promise<void> {
    const [ours, theirs] = [await this.desk.items(store), await this.server.items(store)];
    await assertEqualItems(ours, theirs, TYPES[store]);
    assert.equal(ours.size, count);
  }

  /** Our file of this contact. */
  async find(number: number): Promise<string> {
    for (const [name, body] of await this.desk.items('contacts'))
      if (body.includes(`contact${number}@example.org`)) return name;
    throw new Error(`the desktop has no contact ${number}`);
  }

  async findThere(number: number): Promise<string> {
    return this.server.find('contacts', `contact${number}@example.org`);
  }

  put = (number: number, options?: CardOptions, name = `${number}.vcf`): Promise<void> =>
    this.desk.write('contacts', name, card(number, options));

  putThere = (number: number, options?: CardOptions, name = `s${number}`): Promise<void> =>
    this.server.put('contacts', name, card(number, options));
}
