import { CradleError } from '../../../src/dbus/errors.js';
import type { DeviceInformation } from '../../../src/plugins/syncml/devinf/device-information.js';
import type {
  Content,
  Conversation,
  DatastoreSession,
  Incoming,
  IncomingBatch,
  Outcome,
  Outgoing,
  SessionMemory,
  SyncMode,
} from '../../../src/plugins/syncml/dialogue/conversation.js';
import type { MapItem } from '../../../src/plugins/syncml/message/message.js';

/** What goes well or wrong in one session. */
export interface PhoneMood {
  /** Changes a message. */
  readonly batch?: number;
  /** What the user chose; two-way, or slow where the anchors do not fit. */
  readonly mode?: SyncMode;
  /** So many things are done, and then the line is dead. */
  readonly cutAfter?: number;
  /** A change that was cut off was done all the same; only its status is lost. */
  readonly doesTheLast?: boolean;
  /** The phone never learns that the session ended well. */
  readonly losesEnd?: boolean;
  /** When it tells its names of what it was sent: at once, at the start of the next session, or never. */
  readonly maps?: 'at-once' | 'late' | 'never';
  /** Items it has room for. */
  readonly room?: number;
  /** Answers every change of ours with this. */
  readonly code?: number;
  /** What it tells beside its changes, whatever sense that makes. */
  readonly also?: readonly Omit<Incoming, 'answer'>[];
  /** All of it in one Atomic. */
  readonly atomic?: boolean;
  /** Sends all it has as replacements in a slow sync, as old telephones do. */
  readonly replaces?: boolean;
  /** Goes on where the session before was cut, if it was. */
  readonly resumes?: boolean;
}

interface Held {
  readonly content: Content;
  /** When its user last changed it; what we sent counts from when it came. */
  readonly at: number;
  /** Whether its user did. */
  readonly own: boolean;
}

/** A telephone with one datastore, as its server meets it: the far side of a Conversation in the server role. */
export class FarPhone {
  readonly name: string;
  uri = 'IMEI:1234';
  information: DeviceInformation | undefined;
  readonly items = new Map<string, Held>();
  readonly #gone = new Map<string, number>();
  #clock = 0;
  #luid = 100;
  /** Its Next of the last session that it saw end, and ours. */
  #last: { readonly mine: string; readonly theirs: string; readonly clock: number } | undefined;
  #cached: MapItem[] = [];
  /** What the session that was cut has told already. */
  #told: { readonly mode: SyncMode; readonly luids: Map<string, number> } | undefined;
  #anchor = 0;
  /** Statuses of the last session, for tests that look at them. */
  statuses: number[] = [];
  modes: SyncMode[] = [];

  constructor(name: string) {
    this.name = name;
  }

  add(content: Content, luid = String(++this.#luid)): string {
    this.items.set(luid, { content, at: ++this.#clock, own: true });
    this.#gone.delete(luid);
    return luid;
  }

  edit(luid: string, content: Content): void {
    this.items.set(luid, { content, at: ++this.#clock, own: true });
  }

  remove(luid: string): void {
    if (this.items.delete(luid)) this.#gone.set(luid, ++this.#clock);
  }

  /** Loses an item without knowing: a reset, a defect. */
  lose(luid: string): void {
    this.items.delete(luid);
  }

  /** As after a firmware update: all items under other names, and nothing known of any server. */
  renumber(): void {
    const items = [...this.items.values()].reverse();
    this.items.clear();
    this.#gone.clear();
    for (const [index, held] of items.entries()) this.items.set(String(index + 1), held);
    this.#luid = Math.max(this.#luid, items.length);
    this.forget();
  }

  /** Knows nothing of its last sessions. */
  forget(): void {
    this.#last = undefined;
    this.#cached = [];
    this.#told = undefined;
  }

  get contents(): readonly string[] {
    return [...this.items.values()].map(({ content }) => Buffer.from(content.bytes).toString()).sort();
  }

  /** A session, after its greeting. */
  converse(memory: SessionMemory, mood: PhoneMood = {}): Conversation {
    this.statuses = [];
    const asks = mood.resumes === true && this.#told !== undefined;
    const resumed = asks && memory.cut(this.name) !== undefined;
    const { ours, theirs } = memory.anchors(this.name, asks);
    const fits = this.#last !== undefined && theirs === this.#last.mine && ours === this.#last.theirs;
    const wanted = mood.mode ?? 'two-way';
    const needsAnchors = wanted === 'two-way' || wanted.startsWith('one-way');
    const mode = resumed ? (this.#told?.mode ?? 'slow') : needsAnchors && !fits ? 'slow' : wanted;
    this.modes.push(mode);
    memory.setCut(this.name, undefined);
    if (!resumed) this.#told = { mode, luids: new Map() };
    const clock = this.#clock;
    const anchor = `${++this.#anchor}`;
    if (mode === 'refresh-from-server') this.items.clear();
    if (this.#cached.length > 0) memory.mapped(this.name, this.#cached);
    this.#cached = [];
    let moments = 0;
    let dead = false;
    const step = (): void => {
      if (dead || (mood.cutAfter !== undefined && moments++ >= mood.cutAfter)) {
        if (!dead) memory.setCut(this.name, { mode, ours: `s${anchor}`, theirs: anchor });
        dead = true;
        throw new CradleError('NotConnected', 'the line is dead');
      }
    };
    const session: DatastoreSession = {
      name: this.name,
      mode,
      resumed,
      expected: undefined,
      changes: (signal) => this.#changes(mode, resumed, mood, step, signal),
      apply: (changes, signal) => this.#apply(memory, changes, mood, step, signal),
    };
    return {
      role: 'server',
      peer: { uri: this.uri, login: 'me', version: '1.2', encoding: 'wbxml', information: this.information },
      datastores: new Map([[this.name, session]]),
      refusals: new Map(),
      finish: async () => {
        step();
        memory.setAnchors(this.name, { ours: `s${anchor}`, theirs: anchor });
        this.#told = undefined;
        if (mood.losesEnd) throw new CradleError('NotConnected', 'the last reply was lost');
        this.#last = { mine: anchor, theirs: `s${anchor}`, clock };
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async *#changes(
    mode: SyncMode,
    resumed: boolean,
    { batch = 3, also = [], atomic = false, replaces = false }: PhoneMood,
    step: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<IncomingBatch> {
    if (mode === 'one-way-from-server' || mode === 'refresh-from-server') return;
    const all = mode === 'slow' || mode === 'refresh-from-client';
    const since = this.#last?.clock ?? -1;
    const told = this.#told?.luids ?? new Map<string, number>();
    const changes: Incoming[] = [];
    let open = 0;
    const tell = (kind: 'add' | 'replace' | 'delete', id: string, at: number, content?: Content): void => {
      changes.push({
        kind,
        id,
        ...(content === undefined ? {} : { content }),
        answer: (code) => {
          open--;
          this.statuses.push(code);
          if (code < 300) told.set(id, at);
        },
      });
    };
    for (const [luid, { content, at, own }] of this.items)
      if (told.get(luid) !== at && (all || (own && at > since)))
        tell(all && !replaces ? 'add' : 'replace', luid, at, content);
    // Where a slow sync goes on, what went meanwhile has to be told like any change.
    if (!all || resumed)
      for (const [luid, at] of this.#gone) if (at > since && told.get(luid) !== at) tell('delete', luid, at);
    for (const one of also)
      changes.push({
        ...one,
        answer: (code) => {
          open--;
          this.statuses.push(code);
        },
      });
    for (let at = 0; at < changes.length; at += batch) {
      step();
      if (signal.aborted) throw new CradleError('Cancelled', 'the line was closed');
      const part = changes.slice(at, at + batch);
      open += part.length;
      yield { atomic, changes: part };
      if (open !== 0) throw new Error('a change was not answered, or twice');
    }
  }

  async *#apply(
    memory: SessionMemory,
    changes: AsyncIterable<Outgoing>,
    mood: PhoneMood,
    step: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<Outcome> {
    for await (const change of changes) {
      if (signal.aborted) throw new CradleError('Cancelled', 'the line was closed');
      let code = 0;
      try {
        step();
        code = this.#do(change, mood);
        step();
      } catch (error) {
        if (mood.doesTheLast && code === 0) this.#do(change, mood);
        throw error;
      }
      if (mood.maps !== 'late') memory.mapped(this.name, this.#cached.splice(0));
      yield { key: change.key, code };
    }
  }

  #do({ kind, id, content }: Outgoing, { maps = 'at-once', room = 1_000_000, code }: PhoneMood): number {
    if (code !== undefined) return code;
    if (kind === 'delete') {
      if (!this.items.has(id)) return 211;
      this.items.delete(id);
      return 200;
    }
    if (content === undefined) return 412;
    if (kind === 'replace') {
      if (!this.items.has(id)) return 404;
      this.items.set(id, { content, at: this.#clock, own: false });
      return 200;
    }
    if (this.items.size >= room) return 420;
    const luid = String(++this.#luid);
    this.items.set(luid, { content, at: this.#clock, own: false });
    // Who cannot tell its names cannot go on where a session was cut either.
    if (maps === 'never') this.#told = undefined;
    else this.#cached.push({ target: id, source: luid });
    return 201;
  }
}
