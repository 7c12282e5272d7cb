import { ClientWire } from '../../../src/plugins/syncml/client-wire.js';
import type { Storeroom } from '../../../src/plugins/syncml/drain.js';
import type { Lease } from '../../../src/plugins/syncml/replica/lender.js';
import type { Wire } from '../../../src/plugins/syncml/wire.js';
import { silent } from '../../daemon/sync/world.js';
import { DeskWorld, type Misfortune, STORE } from './desk-world.js';
import { FarServer, type ServerMood } from './far-server.js';

/** An account on a server and the desktop. A mood is for each session that is begun, in their order. */
export class AccountWorld extends DeskWorld<readonly ServerMood[]> {
  readonly server = new FarServer(STORE);
  protected readonly role = 'client';
  protected readonly uri = undefined;

  override sync(moods: readonly ServerMood[] = [], misfortune: Misfortune = {}) {
    return super.sync(moods, misfortune);
  }

  protected wire(lease: Lease, rooms: ReadonlyMap<string, Storeroom>, moods: readonly ServerMood[]): Wire {
    const left = [...moods];
    const greet = () => this.server.converse(lease.memory, left.shift());
    return new ClientWire({ first: greet(), greet: async () => greet(), rooms, log: silent });
  }
}
