import { CradleError } from '../../../dbus/errors.js';
import { Bell } from './bell.js';
import { takesFromClient, takesFromServer } from './codes.js';
import type { Conversation, PeerIdentity, SyncMode } from './conversation.js';
import { DatastoreTalk, type TalkHost } from './datastore-talk.js';
import type { Dialogue } from './dialogue.js';
import { DEFAULT_PACE, type Pace } from './plan.js';
import type { Track } from './track.js';

/** How long a farewell may take. */
const FAREWELL = 2_000;

/** A session that got past its greeting. What drives it runs by itself, as fast as those who use it let it. */
export abstract class Talk implements Conversation, TalkHost {
  readonly role: 'client' | 'server';
  readonly datastores: ReadonlyMap<string, DatastoreTalk>;
  readonly bell = new Bell();
  readonly pace: Pace;
  failure: CradleError | undefined;

  readonly #ending = new AbortController();
  /** All that happens on the wire: whoever hangs up aborts it. */
  protected readonly line = new AbortController();
  protected isFinishing = false;
  protected isLeaving = false;
  #isBegun = false;
  #offered = 0;
  /** It is being waited for something to send, and there has been nothing so far. */
  #isUnaware = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    protected readonly dialogue: Dialogue,
    readonly peer: PeerIdentity,
    pace: Partial<Pace> | undefined,
  ) {
    this.role = dialogue.role;
    this.pace = { ...DEFAULT_PACE, ...pace };
    const named = (track: Track): [string, DatastoreTalk] => [track.name, new DatastoreTalk(track, this)];
    this.datastores = new Map([...dialogue.tracks.values()].map(named));
  }

  get refusals(): ReadonlyMap<string, CradleError> {
    return this.dialogue.refusals;
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  start(): void {
    this.#running = this.#drive();
  }

  begin(): void {
    this.#isBegun = true;
    this.bell.ring();
  }

  isLaden(): boolean {
    return this.dialogue.isLaden;
  }

  offered(): void {
    this.#offered++;
    // From now on it is waited no longer than what has been given may linger.
    if (!this.#isUnaware) return;
    this.#isUnaware = false;
    this.bell.ring();
  }

  takesChanges(mode: SyncMode): boolean {
    const areWanted = this.role === 'client' ? takesFromClient(mode) : takesFromServer(mode);
    return areWanted && this.failure === undefined && !this.isFinishing && !this.isLeaving && this.mayStillSend;
  }

  refuseChanges(name: string): CradleError {
    return this.failure ?? new CradleError('Failed', `no more changes can be sent to ${name} in this session`);
  }

  async finish(signal: AbortSignal): Promise<void> {
    this.isFinishing = true;
    this.begin();
    while (this.failure === undefined && !this.dialogue.isOver) await this.bell.next('ending the session', signal);
    await this.#running;
    if (this.failure !== undefined) throw this.failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isLeaving) {
      this.isLeaving = true;
      const isOver = this.failure !== undefined || this.dialogue.isOver;
      this.failure ??= isOver ? undefined : new CradleError('Cancelled', `the session with ${this.peer.uri} was left`);
      this.#ending.abort();
      this.bell.ring();
      const timer = setTimeout(() => this.line.abort(), FAREWELL);
      await this.#running;
      clearTimeout(timer);
      this.line.abort();
    }
    await this.hangUp();
  }

  /** Turns, until the session is over. */
  protected abstract run(): Promise<void>;
  protected abstract get mayStillSend(): boolean;
  /** All is said, or it is our turn to say nothing more of our own accord. */
  protected abstract mayClose(): boolean;
  protected abstract hangUp(): Promise<void>;

  /** Settles when our next message can leave: there is something to say, or somebody waits for us to say it. */
  protected async ready(isOurTurn: boolean, keepAlive: number): Promise<void> {
    const since = performance.now();
    for (;;) {
      if (this.isLeaving || this.failure !== undefined) return;
      if (this.isFinishing) for (const one of this.datastores.values()) one.neglect();
      const isBusy = this.#isBusy();
      if (!isBusy && (!isOurTurn || (this.#isBegun && this.#hasWord()))) return;
      const left = keepAlive - (performance.now() - since);
      if (left <= 0) return;
      // What a slow source has given so far does not wait for the rest.
      const isLingering = !isBusy && isOurTurn && this.dialogue.hasChanges;
      const before = this.#offered;
      this.#isUnaware = !isLingering;
      const patience = isLingering ? Math.min(this.pace.linger, left) : left;
      const isRung = await this.bell.next('the session', this.line.signal, patience);
      if (isLingering && !isRung && this.#offered === before) return;
    }
  }

  /** Those who took changes are at work on them, or have not come for them yet. */
  #isBusy(): boolean {
    let isHungry = false;
    let isWaiting = false;
    for (const one of this.datastores.values()) {
      // A batch whose reader is there is as good as taken: its statuses belong into the next message.
      if (one.isWorking || (one.isRead && one.track.hasBatch)) return true;
      isHungry ||= one.isHungry;
      isWaiting ||= one.track.hasBatch;
    }
    // While one waits for more, what another has not asked for cannot hold him up.
    return isWaiting && !isHungry;
  }

  /** In our turn: enough changes for a message, the last of them, or the end. */
  #hasWord(): boolean {
    if (this.dialogue.isLaden) return true;
    for (const one of this.datastores.values()) if (one.isSupplied) return false;
    return this.dialogue.hasChanges || this.mayClose();
  }

  protected get allDone(): boolean {
    for (const one of this.datastores.values()) if (!one.isDone) return false;
    return true;
  }

  protected get anyHungry(): boolean {
    for (const one of this.datastores.values()) if (one.isHungry) return true;
    return false;
  }

  async #drive(): Promise<void> {
    try {
      await this.run();
    } catch (thrown) {
      this.failure ??=
        thrown instanceof CradleError
          ? thrown
          : new CradleError('PluginFailed', `the session with ${this.peer.uri} broke`, { cause: thrown });
    }
    this.bell.ring();
  }
}
