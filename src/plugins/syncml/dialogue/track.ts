import type { Location, MapItem } from '../message/message.js';
import type { Batch } from './batch.js';
import type { SyncMode } from './conversation.js';
import type { Outlet } from './outlet.js';
import { plainUri } from './uri.js';

/** What a command says of the two datastores it is about, from its sender's side. */
export interface Ends {
  readonly target?: Location | undefined;
  readonly source?: Location | undefined;
}

/** Both ends' words on how far they are, of one session. */
export interface TrackAnchors {
  readonly last: string | undefined;
  readonly next: string;
}

/** One pair of datastores within a session. */
export class Track {
  mode: SyncMode;
  resumed = false;
  ours: TrackAnchors;
  /** The Next of the other side; undefined until it told, or where it has none. */
  theirs: string | undefined;
  /** NumberOfChanges, as the other side said. */
  expected: number | undefined;
  /** Theirs that have come. */
  arrived = 0;
  /** NumberOfChanges of ours. */
  announced: number | undefined;
  readonly #inbox: Batch[] = [];
  /** Everything of theirs has come. */
  isOver = false;
  /** Ours has been sent a Sync, if only an empty one. */
  wasOpened = false;
  /** Something was turned away unseen, so the next session may not build on this one. */
  wasNeglected = false;
  /** Client role: how we name what the server added. */
  readonly maps: MapItem[] = [];

  constructor(
    readonly name: string,
    /** As the other side addresses ours. */
    public ourUri: string,
    /** As we address theirs. */
    public theirUri: string,
    mode: SyncMode,
    ours: TrackAnchors,
    readonly outlet: Outlet,
  ) {
    this.mode = mode;
    this.ours = ours;
  }

  isOurs(uri: string | undefined): boolean {
    return uri !== undefined && plainUri(uri) === plainUri(this.ourUri);
  }

  isTheirs(uri: string | undefined): boolean {
    return uri !== undefined && plainUri(uri) === plainUri(this.theirUri);
  }

  /** One side's anchors do not hold after all. */
  becomeSlow(): void {
    this.mode = 'slow';
    this.resumed = false;
  }

  deliver(batch: Batch): void {
    this.arrived += batch.changes.length;
    this.#inbox.push(batch);
  }

  get hasBatch(): boolean {
    return this.#inbox.length > 0;
  }

  /** What came in first and has not been taken yet. Many come in one message only where that has many Atomics. */
  take(): Batch | undefined {
    return this.#inbox.shift();
  }
}
