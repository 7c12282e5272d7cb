import type { Change, Item, MapCommand, MapItem, Sync } from '../../../src/plugins/syncml/message/message.js';
import type { PhoneHabits } from './habits.js';
import type { Partnership } from './partnership.js';
import type { News } from './store.js';

/** Bytes that a change takes besides its content and its name. */
const OVERHEAD = 60;
/** Bytes of content below which a piece of an item is not worth sending. */
const LEAST_PIECE = 200;

/** What a message has of a store: whose item each command is about, by its id. */
export interface Telling {
  readonly sync: Sync;
  readonly left: number;
  readonly luids: readonly (readonly [id: string, luid: string])[];
}

/** One store of a telephone in one session. */
export class SyncedStore {
  readonly partnership: Partnership;
  /** The server has no such store. */
  refused = false;
  readonly #theirs: string;
  readonly #habits: PhoneHabits;
  readonly #next: string;
  #slow: boolean;
  #snapshot = 0;
  #news: News[] = [];
  /** Of the first of the news: what of its content is out. */
  #sent = 0;
  #announced = false;
  /** Content that comes in pieces. */
  #pieces = '';
  readonly #maps: MapItem[] = [];

  constructor(partnership: Partnership, theirs: string, habits: PhoneHabits) {
    this.partnership = partnership;
    this.#theirs = theirs;
    this.#habits = habits;
    this.#slow = partnership.last === undefined;
    this.#next = partnership.nextAnchor();
  }

  get isSlow(): boolean {
    return this.#slow;
  }

  get isTold(): boolean {
    return this.#announced && this.#news.length === 0;
  }

  alert(): { readonly code: number; readonly items: readonly Item[] } {
    const last = this.#habits.liesAboutAnchors ? '19700101T000000Z' : this.partnership.last;
    const anchor = { ...(last === undefined ? {} : { last }), next: this.#next };
    return { code: this.#slow ? 201 : 200, items: [{ ...this.#ends, meta: { anchor } }] };
  }

  becomeSlow(): void {
    this.#slow = true;
  }

  begin(): void {
    const { store, mark } = this.partnership;
    this.#snapshot = store.clock;
    const news = store.news(this.#slow ? undefined : mark);
    this.#news = this.#habits.sendsTwice
      ? news.flatMap((one) => (one.kind === 'delete' ? [one] : [one, one]))
      : [...news];
  }

  /** As much as there is room for; an item that is larger than a message goes in pieces, where the version knows them. */
  tell(room: number, number: () => string): Telling {
    const id = number();
    const commands: Change[] = [];
    const luids: (readonly [string, string])[] = [];
    const counted = !this.#announced && this.#habits.tellsCount && this.#habits.version !== '1.0';
    const count = this.#news.length;
    this.#announced = true;
    let left = room - 2 * OVERHEAD;
    for (let next = this.#news[0]; next !== undefined; next = this.#news[0]) {
      const head = OVERHEAD + Buffer.byteLength(next.luid);
      const rest = (next.body ?? '').slice(this.#sent);
      const whole = head + Buffer.byteLength(rest) <= left;
      const inPieces = this.#habits.version !== '1.0' && left - head > LEAST_PIECE && head + rest.length > room / 2;
      if (!whole && !inPieces && (commands.length > 0 || this.#habits.version !== '1.0')) break;
      const command = number();
      // A character may take four bytes.
      const piece = whole || !inPieces ? rest : rest.slice(0, Math.floor((left - head) / 4));
      const last = piece.length === rest.length;
      commands.push(this.#change(command, next, piece, last));
      luids.push([command, next.luid]);
      left -= head + Buffer.byteLength(piece);
      this.#sent = last ? 0 : this.#sent + piece.length;
      if (!last) break;
      this.#news.shift();
    }
    const sync: Sync = { kind: 'Sync', id, ...this.#ends, commands, ...(counted ? { numberOfChanges: count } : {}) };
    return { sync, left, luids };
  }

  /** A change of the server's: the status code that answers it. */
  change(kind: 'Add' | 'Replace' | 'Delete', { target, source, data, moreData }: Item): number {
    const { store } = this.partnership;
    const luid = target?.uri ?? '';
    if (kind === 'Delete') return store.drop(luid) ? 200 : 211;
    if (data === undefined) return 412;
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) return 415;
    this.#pieces += typeof data === 'string' ? data : Buffer.from(data).toString();
    if (moreData === true) return 213;
    const body = this.#pieces;
    this.#pieces = '';
    if (kind === 'Replace') return store.change(luid, body) ? 200 : 404;
    const name = store.take(body);
    if (name === undefined) return 420;
    this.#maps.push({ target: source?.uri ?? '', source: name });
    return 201;
  }

  /** How it named what it was sent. */
  map(id: string): MapCommand | undefined {
    return this.#maps.length === 0 ? undefined : { kind: 'Map', id, ...this.#ends, items: this.#maps.splice(0) };
  }

  finish(): void {
    this.partnership.last = this.#next;
    this.partnership.mark = this.#snapshot;
  }

  get #ends() {
    return { target: { uri: this.#theirs }, source: { uri: this.partnership.store.shelf.uri } };
  }

  #change(id: string, { kind, luid, body }: News, piece: string, last: boolean): Change {
    const source = { uri: luid };
    if (kind === 'delete') return { kind: 'Delete', id, items: [{ source }] };
    const { type } = this.partnership.store.shelf;
    const size = this.#sent === 0 && !last ? { size: Buffer.byteLength(body ?? '') } : {};
    const item: Item = {
      source,
      meta: { type, ...size },
      ...(body === undefined ? {} : { data: piece }),
      ...(last ? {} : { moreData: true }),
    };
    return { kind: kind === 'add' ? 'Add' : 'Replace', id, items: [item] };
  }
}
