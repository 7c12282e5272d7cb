import { CradleError } from '../../../src/dbus/errors.js';
import type {
  Content,
  Conversation,
  DatastoreSession,
  IncomingBatch,
  Outcome,
  Outgoing,
  SessionMemory,
  SyncMode,
} from '../../../src/plugins/syncml/dialogue/conversation.js';
import type { MapItem } from '../../../src/plugins/syncml/message/message.js';

interface Held {
  content: Content;
  /** When it was last changed by somebody else than our client. */
  at: number;
}

/** What a server of nobody we know does in the next session. */
export interface ServerMood {
  /** Changes a message. */
  readonly batch?: number;
  /** So many things are done, and then the line is dead. */
  readonly cutAfter?: number;
  /** It says that it does not know the client's anchors. */
  readonly forgets?: boolean;
  /** The line dies before the session is over, after all was done. */
  readonly losesEnd?: boolean;
}

/** A SyncML server with one datastore, as its client meets it: far side of a Conversation in the client role. */
export class FarServer {
  readonly name: string;
  readonly items = new Map<string, Held>();
  /** Our client's LUIDs, by GUID. */
  readonly map = new Map<string, string>();
  /** GUIDs that went since, and when. */
  readonly gone = new Map<string, number>();
  sessions = 0;
  readonly modes: SyncMode[] = [];
  #clock = 0;
  #last = -1;
  #anchor: string | undefined;
  #next = 1;

  constructor(name: string) {
    this.name = name;
  }

  get contents(): readonly string[] {
    return [...this.items.values()].map(({ content }) => Buffer.from(content.bytes).toString()).sort();
  }

  put(content: Content, guid = `guid-${this.#next++}`): string {
    this.items.set(guid, { content, at: ++this.#clock });
    this.gone.delete(guid);
    return guid;
  }

  remove(guid: string): void {
    if (this.items.delete(guid)) this.gone.set(guid, ++this.#clock);
  }

  /** Knows nothing of its client any more. */
  forget(): void {
    this.#anchor = undefined;
    this.map.clear();
  }

  /** A session, after its greeting. */
  converse(memory: SessionMemory, mood: ServerMood = {}): Conversation {
    this.sessions++;
    const { ours, theirs } = memory.anchors(this.name);
    const agreed = !mood.forgets && ours !== undefined && ours === this.#anchor && theirs !== undefined;
    const mode: SyncMode = agreed ? 'two-way' : 'slow';
    if (mode === 'slow') {
      this.map.clear();
      this.#anchor = undefined;
    }
    this.modes.push(mode);
    // Maps of an earlier session, whose answer was lost.
    const pending = memory.pendingMaps(this.name);
    if (mode === 'two-way')
      for (const { target, source } of pending) if (this.items.has(target)) this.map.set(target, source);
    memory.mapsConfirmed(this.name, pending);
    const start = this.#clock;
    let ops = 0;
    let dead = false;
    const maps: MapItem[] = [];
    const step = (): void => {
      if (dead || (mood.cutAfter !== undefined && ops++ >= mood.cutAfter)) {
        dead = true;
        throw new CradleError('NotConnected', 'the line is dead');
      }
      // What the client said of its names came with this message.
      for (const { target, source } of maps) this.map.set(target, source);
      memory.mapsConfirmed(this.name, maps.splice(0));
    };
    const session: DatastoreSession = {
      name: this.name,
      mode,
      resumed: false,
      expected: undefined,
      changes: (signal) => this.#changes(mode, start, mood, maps, step, signal),
      apply: (changes, signal) => this.#apply(changes, step, signal),
    };
    return {
      role: 'client',
      peer: { uri: 'http://far', login: 'me', version: '1.2', encoding: 'xml', information: undefined },
      datastores: new Map([[this.name, session]]),
      refusals: new Map(),
      finish: async () => {
        step();
        this.#anchor = String(start);
        this.#last = start;
        if (mood.losesEnd) throw new CradleError('NotConnected', 'the last reply was lost');
        memory.setAnchors(this.name, { ours: this.#anchor, theirs: `far-${start}` });
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async *#changes(
    mode: SyncMode,
    start: number,
    { batch = 10 }: ServerMood,
    maps: MapItem[],
    step: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<IncomingBatch> {
    const since = mode === 'slow' ? -1 : this.#last;
    const changes: { answered: boolean; change: IncomingBatch['changes'][number] }[] = [];
    const add = (kind: 'add' | 'replace' | 'delete', id: string, guid: string, content?: Content): void => {
      const entry = {
        answered: false,
        change: {
          kind,
          id,
          ...(content === undefined ? {} : { content }),
          answer: (code: number, luid?: string): void => {
            if (entry.answered) throw new Error('a change was answered twice');
            entry.answered = true;
            if (kind === 'add' && code < 300) {
              if (luid === undefined) throw new Error('an addition was taken without a LUID');
              maps.push({ target: guid, source: luid });
            }
            if (kind === 'delete') this.map.delete(guid);
          },
        },
      };
      changes.push(entry);
    };
    for (const [guid, { content, at }] of this.items) {
      const luid = this.map.get(guid);
      if (luid === undefined) add('add', guid, guid, content);
      else if (at > since && at <= start) add('replace', luid, guid, content);
    }
    for (const [guid, at] of this.gone) {
      const luid = this.map.get(guid);
      if (luid !== undefined && at > since) add('delete', luid, guid);
    }
    for (let at = 0; at < changes.length; at += batch) {
      step();
      if (signal.aborted) throw new CradleError('Cancelled', 'the line was closed');
      const part = changes.slice(at, at + batch);
      yield { atomic: false, changes: part.map(({ change }) => change) };
      if (part.some(({ answered }) => !answered)) throw new Error('a change was not answered');
    }
  }

  async *#apply(changes: AsyncIterable<Outgoing>, step: () => void, signal: AbortSignal): AsyncGenerator<Outcome> {
    for await (const { key, kind, id, content } of changes) {
      if (signal.aborted) throw new CradleError('Cancelled', 'the line was closed');
      step();
      const code = this.#do(kind, id, content);
      step();
      yield { key, code };
    }
  }

  #do(kind: Outgoing['kind'], luid: string, content: Content | undefined): number {
    const guid = [...this.map].find(([, known]) => known === luid)?.[0];
    const held = guid === undefined ? undefined : this.items.get(guid);
    if (kind === 'delete') {
      if (guid === undefined || held === undefined) return 211;
      if (held.at > this.#last) return 409;
      this.items.delete(guid);
      this.map.delete(guid);
      return 200;
    }
    if (content === undefined) return 412;
    if (guid !== undefined && held !== undefined) {
      // Its client's own change is no news for it.
      if (held.at > this.#last) return 409;
      held.content = content;
      return 200;
    }
    if (kind === 'replace') return 404;
    const fresh = `guid-${this.#next++}`;
    this.items.set(fresh, { content, at: -1 });
    this.map.set(fresh, luid);
    return 201;
  }
}
