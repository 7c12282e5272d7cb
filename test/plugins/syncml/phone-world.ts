import type { Storeroom } from '../../../src/plugins/syncml/drain.js';
import type { Lease } from '../../../src/plugins/syncml/replica/lender.js';
import { ServerWire } from '../../../src/plugins/syncml/server-wire.js';
import type { Wire } from '../../../src/plugins/syncml/wire.js';
import { silent } from '../../daemon/sync/world.js';
import { DeskWorld, type Misfortune, STORE } from './desk-world.js';
import { FarPhone, type PhoneMood } from './far-phone.js';

export { card, note } from './desk-world.js';

/** A telephone and the desktop. */
export class PhoneWorld extends DeskWorld<PhoneMood> {
  readonly phone = new FarPhone(STORE);
  protected readonly role = 'server';

  protected get uri(): string {
    return this.phone.uri;
  }

  override sync(mood: PhoneMood = {}, misfortune: Misfortune = {}) {
    return super.sync(mood, misfortune);
  }

  protected wire(lease: Lease, rooms: ReadonlyMap<string, Storeroom>, mood: PhoneMood): Wire {
    return new ServerWire(this.phone.converse(lease.memory, mood), rooms, silent);
  }
}
