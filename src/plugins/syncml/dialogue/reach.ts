import type { DeviceInformation } from '../devinf/device-information.js';
import type { Header } from '../message/message.js';
import { Answer } from './answers.js';
import { STATUS } from './codes.js';
import { ANY_ID } from './load.js';
import type { Scale } from './scale.js';

/** Of peers that say nothing: what the smallest phones take. */
const UNSAID_MESSAGE = 10_000;
/** More in one message only costs memory. */
const GREATEST_MESSAGE = 256 * 1024;
/** An anchor, and what the ids of later messages are longer than those of the first. */
const MARGIN = 64;
/** Of a SyncHdr, an Alert that asks on, and a Map: what a message of changes may have to answer. */
const STATUSES = 3;

/** What the other side can take of us: Meta and DevInf tell. */
export interface Capacity {
  /** Large objects in pieces. */
  readonly largeObjects: boolean;
  /** Octets of an item. */
  readonly maxObjectSize: number;
  /** Octets of commands that fit into a message of one datastore. */
  readonly room: number;
}

/** How much the other side takes at once. */
export class Reach {
  #message = UNSAID_MESSAGE;
  #object: number | undefined;
  #capacity: Capacity | undefined;

  constructor(readonly scale: Scale) {}

  learn({ meta }: Header): void {
    const { maxMsgSize, maxObjSize } = meta ?? {};
    if (maxMsgSize !== undefined && maxMsgSize > 0) this.#message = maxMsgSize;
    if (maxObjSize !== undefined && maxObjSize > 0) this.#object = maxObjSize;
    this.#capacity = undefined;
  }

  /** Octets of a message. */
  get messageSize(): number {
    return Math.min(this.#message, GREATEST_MESSAGE);
  }

  /** Something else became known on which the capacity depends. */
  forget(): void {
    this.#capacity = undefined;
  }

  capacity(
    header: () => Header,
    datastores: Iterable<{ readonly ourUri: string; readonly theirUri: string }>,
    information: DeviceInformation | undefined,
  ): Capacity {
    this.#capacity ??= {
      largeObjects: this.scale.version !== '1.0' && (information?.largeObjects ?? this.#object !== undefined),
      maxObjectSize: this.#object ?? Number.POSITIVE_INFINITY,
      room: Math.max(0, this.messageSize - this.#taken(header(), datastores)),
    };
    return this.#capacity;
  }

  /** What every message of changes has besides changes. */
  #taken(header: Header, datastores: Iterable<{ readonly ourUri: string; readonly theirUri: string }>): number {
    const { scale } = this;
    const answer = new Answer({ messageRef: ANY_ID, commandRef: '0', command: 'SyncHdr' });
    answer.part(header.source.uri, header.target.uri, STATUS.ok);
    let octets = MARGIN + scale.envelope(header);
    for (const make of answer.statuses()) octets += STATUSES * scale.command(make(ANY_ID));
    let sync = 0;
    for (const { ourUri, theirUri } of datastores) {
      const [source, target] = [{ uri: ourUri }, { uri: theirUri }];
      const one = { kind: 'Sync' as const, id: ANY_ID, target, source, numberOfChanges: 1_000_000, commands: [] };
      sync = Math.max(sync, scale.command(one));
    }
    return octets + sync;
  }
}
