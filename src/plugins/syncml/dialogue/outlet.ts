import type { Change, Item, Memory } from '../message/message.js';
import { Cargo } from './cargo.js';
import { isSuccess, STATUS } from './codes.js';
import type { Outgoing } from './conversation.js';
import { ANY_ID, type Load } from './load.js';
import type { Capacity } from './reach.js';
import type { Scale } from './scale.js';
import type { StatusBook } from './status-book.js';

/** Less of a large object than this is not worth a message of its own. */
const LEAST_PIECE = 256;
/** Room for the longest character, and for two groups of base64. */
const LEAST_CUT = 8;
/** What the first octet of data adds to an empty command. */
const PIECE_MARGIN = 16;

/** Media types that are worth remembering. */
const MOST_KINDS = 32;

const WORDS = { add: 'Add', replace: 'Replace', delete: 'Delete' } as const;

interface Parcel {
  readonly change: Outgoing;
  readonly cargo: Cargo | undefined;
  readonly weight: number;
  /** Octets of the cargo that have left. */
  sent: number;
  settle(code: number): void;
}

/** The changes of one datastore that wait to be sent, in their order. */
export class Outlet {
  readonly #waiting: Parcel[] = [];
  readonly #empty = new Map<string, number>();
  #head = 0;
  #weight = 0;
  /** What is free on the device, as it said last. */
  #space: Memory | undefined;

  constructor(
    readonly scale: Scale,
    readonly capacity: () => Capacity,
    /** How the other side names the item: by Source where it comes from us, by Target where it is theirs. */
    readonly isOurName: (kind: Outgoing['kind']) => boolean,
  ) {}

  get isEmpty(): boolean {
    return this.#head === this.#waiting.length;
  }

  /** Octets that wait, as they will be in messages. */
  get weight(): number {
    return this.#weight;
  }

  /** In the middle of a large object: nothing else may be sent before the rest of it. */
  get isTorn(): boolean {
    return (this.#waiting[this.#head]?.sent ?? 0) > 0;
  }

  /** What the other side cannot take is settled at once and never sent. */
  offer(change: Outgoing, settle: (code: number) => void): void {
    const { content } = change;
    const cargo = content && change.kind !== 'delete' ? Cargo.pack(content, this.scale.encoding) : undefined;
    const { maxObjectSize, largeObjects, room } = this.capacity();
    const size = cargo?.size ?? 0;
    const parcel = { change, cargo, sent: 0, settle };
    const weight = this.#weigh(parcel);
    if (size > maxObjectSize) settle(STATUS.objectTooLarge);
    else if (weight > room && !largeObjects) settle(STATUS.tooLarge);
    else if (change.kind === 'add' && !this.#holds(size)) settle(STATUS.full);
    else {
      this.#waiting.push({ ...parcel, weight });
      this.#weight += weight;
    }
  }

  set space(space: Memory) {
    // A device without any is left to say so again: there are those that do not count.
    this.#space = space.freeBytes === 0 && space.freeIds === 0 ? undefined : space;
  }

  #holds(size: number): boolean {
    const space = this.#space;
    if (space === undefined) return true;
    const { shared, freeBytes, freeIds } = space;
    if (size > freeBytes || freeIds < 1) return false;
    this.#space = { shared, freeBytes: freeBytes - size, freeIds: freeIds - 1 };
    return true;
  }

  /** Loads what there is room for. False where something is left, or where the message ends with a piece. */
  load(load: Load, book: StatusBook): boolean {
    for (;;) {
      const parcel = this.#waiting[this.#head];
      if (parcel === undefined) return true;
      if (parcel.sent === 0 && parcel.weight <= load.room) {
        const id = load.put((id) => this.#command(parcel, id, parcel.cargo?.size ?? 0, false), parcel.weight);
        this.#shift(parcel);
        book.expect(load.messageId, id, (status) => parcel.settle(status?.code ?? silence(book)));
        continue;
      }
      if (parcel.sent > 0 || parcel.weight > this.capacity().room) this.#loadPiece(parcel, load, book);
      return this.isEmpty;
    }
  }

  #loadPiece(parcel: Parcel, load: Load, book: StatusBook): void {
    const { cargo } = parcel;
    if (cargo === undefined) return;
    const begin = parcel.sent;
    const empty = load.scale.command(this.#command(parcel, ANY_ID, begin, true));
    const room = load.room - empty - PIECE_MARGIN;
    // Better whole messages of the rest than a crumb at the end of this one.
    if (room < LEAST_PIECE && load.changes > 0) return;
    if (room < LEAST_CUT && !load.isBare) return;
    const end = cargo.cut(begin, Math.max(room, LEAST_CUT), this.scale);
    const more = end < cargo.size;
    const weight = load.scale.command(this.#command(parcel, ANY_ID, end, more));
    const id = load.put((id) => this.#command(parcel, id, end, more), weight);
    parcel.sent = end;
    if (!more) {
      this.#shift(parcel);
      book.expect(load.messageId, id, (status) => parcel.settle(status?.code ?? silence(book)));
      return;
    }
    book.expect(load.messageId, id, (status) => {
      const code = status?.code ?? STATUS.chunkTaken;
      if (isSuccess(code)) return;
      if (this.#waiting[this.#head] === parcel) this.#shift(parcel);
      parcel.settle(code);
    });
  }

  /** With what has not left yet, up to `end`. */
  #command({ change, cargo, sent }: Omit<Parcel, 'weight'>, id: string, end: number, more: boolean): Change {
    const location = { uri: change.id };
    const item: Item = {
      ...(this.isOurName(change.kind) ? { source: location } : { target: location }),
      ...(cargo !== undefined && { data: cargo.bytes.subarray(sent, end) }),
      ...(more && { moreData: true }),
    };
    if (cargo === undefined) return { kind: WORDS[change.kind], id, items: [item] };
    const meta = {
      ...(cargo.format !== undefined && { format: cargo.format }),
      ...(cargo.type !== '' && { type: cargo.type }),
      ...(sent === 0 && more && { size: cargo.size }),
    };
    return { kind: WORDS[change.kind], id, meta, items: [item] };
  }

  /** All but the name and the content weighs the same for each of its kind. */
  #weigh({ change, cargo, sent, settle }: Omit<Parcel, 'weight'>): number {
    const key = `${change.kind} ${cargo?.format ?? ''} ${cargo?.type ?? ''}`;
    let empty = this.#empty.get(key);
    if (empty === undefined) {
      const hollow = { change: { ...change, id: '' }, cargo: cargo?.hollow(), sent, settle };
      empty = this.scale.command(this.#command(hollow, ANY_ID, 0, false));
      if (this.#empty.size < MOST_KINDS) this.#empty.set(key, empty);
    }
    return empty + this.scale.text(change.id) + (cargo?.weigh(0, cargo.size, this.scale) ?? 0);
  }

  #shift(parcel: Parcel): void {
    this.#head++;
    this.#weight -= parcel.weight;
    // Let go of in one piece from time to time, not item by item.
    if (this.#head < this.#waiting.length && this.#head < 1024) return;
    this.#waiting.splice(0, this.#head);
    this.#head = 0;
  }
}

/** There are phones that answer nothing, and what they were sent is done; one that answers has left this out. */
const silence = (book: StatusBook): number => (book.heard ? STATUS.noAnswer : STATUS.ok);
