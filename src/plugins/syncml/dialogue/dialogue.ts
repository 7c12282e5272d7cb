import { CradleError } from '../../../dbus/errors.js';
import type {
  Alert,
  Command,
  Credentials,
  Header,
  Item,
  Location,
  MapCommand,
  Message,
  Status,
} from '../message/message.js';
import { type Answer, Answers } from './answers.js';
import { ALERT, refusalOf, STATUS } from './codes.js';
import type { SyncMode } from './conversation.js';
import { Errands } from './errands.js';
import { Introductions } from './introductions.js';
import { Load } from './load.js';
import { Outlet } from './outlet.js';
import { type Capacity, Reach } from './reach.js';
import { Reception } from './reception.js';
import { Scale } from './scale.js';
import { headerOf, type Session } from './session.js';
import { StatusBook } from './status-book.js';
import { type Ends, Track, type TrackAnchors } from './track.js';

/** Messages in which neither side says anything, after which nobody believes in an end. */
const MOST_EMPTY_MESSAGES = 100;

/**
 * One end of an OMA DS session, without any I/O: messages are received and composed in turns, and everything it knows is
 * in here. This is what both roles have in common; they differ in the order of packages.
 */
export abstract class Dialogue {
  readonly tracks = new Map<string, Track>();
  /** Datastores that take no part, by our name. */
  readonly refusals = new Map<string, CradleError>();
  readonly introductions: Introductions;
  /** The other side will have no more of this session. */
  failure: CradleError | undefined;
  /** The other side has suspended the session, and waits for a last word. */
  isSuspended = false;
  /** All has been said; what was composed last may still have to leave. */
  isOver = false;

  protected readonly answers = new Answers();
  protected readonly book = new StatusBook();
  protected readonly errands = new Errands();
  protected readonly scale: Scale;
  protected readonly reach: Reach;
  protected target: Location;
  protected source: Location;
  /** MsgID of our last message. */
  protected sent = 0;
  readonly #reception: Reception;
  #emptyMessages = 0;
  /** Our last message was more than an answer. */
  #hasSpoken = false;
  #headerAnswer: Answer | undefined;

  constructor(
    readonly role: 'client' | 'server',
    readonly session: Session,
  ) {
    const { version, encoding, information, memory, maxObjectSize } = session;
    this.scale = new Scale(encoding, version);
    this.reach = new Reach(this.scale);
    this.introductions = new Introductions(information, memory, encoding, version);
    this.source = session.source;
    this.target = session.target;
    this.#reception = new Reception({
      role,
      encoding,
      maxObjectSize,
      answers: this.answers,
      introductions: this.introductions,
      trackOf: (sync) => this.trackOf(sync),
      headerAnswered: (status) => this.headerAnswered(status),
      statusCame: (status) => {
        this.book.tell(status);
        this.statusCame();
      },
      alerted: (alert, item, answer) => this.alerted(alert, item, answer),
      suspended: () => {
        this.isSuspended = true;
        this.failure ??= new CradleError('Cancelled', `${this.session.target.uri} suspended the session`);
      },
      opened: (track) => this.opened(track),
      mapped: (command, answer) => this.mapped(command, answer),
      asked: (messageRef, commandRef) =>
        this.errands.add(
          (id) => this.introductions.results(id, messageRef, commandRef, this.scale, this.capacity().room),
          undefined,
          true,
        ),
      introduced: () => this.reach.forget(),
      missEnd: ({ id }) =>
        this.errands.add((id_) =>
          this.alertOf(id_, ALERT.endMissing, role === 'server' ? { source: { uri: id } } : { target: { uri: id } }),
        ),
    });
  }

  /** MsgID of the message received last. */
  get received(): number {
    return this.#reception.messageId;
  }

  /** The other side's message, in its turn. */
  receive(message: Message): void {
    const { header, commands, final } = message;
    this.reach.learn(header);
    this.#headerAnswer = this.#reception.header(header, STATUS.ok);
    this.greeted(header, this.#headerAnswer);
    this.#reception.body(message);
    const isEmpty = !final && !this.#hasSpoken && !commands.some(saysSomething);
    this.#emptyMessages = isEmpty ? this.#emptyMessages + 1 : 0;
    if (this.#emptyMessages > MOST_EMPTY_MESSAGES)
      this.failure ??= new CradleError(
        'Timeout',
        `${this.session.target.uri} says nothing new and does not come to an end`,
      );
    this.ended(message);
  }

  /** Our next message. */
  compose(): Message {
    const { header, load } = this.#begin();
    const hasRoom = this.answers.load(load) && this.errands.load(load, this.book);
    const final = this.fill(load, hasRoom);
    this.#hasSpoken = final || load.commands.some(saysSomething);
    return { header, commands: load.commands, final };
  }

  /** Our last message, in the middle of things: the session may be taken up again where the version knows how. */
  suspend(): Message {
    const canResume = this.session.version === '1.2';
    const [header] = this.#headerAnswer?.parts ?? [];
    if (header !== undefined && !canResume) header.code = STATUS.cancelled;
    return this.#conclude((id) => this.alertOf(id, ALERT.suspend), canResume);
  }

  /** Our last message after the other side has broken off. */
  concede(): Message {
    return this.#conclude((id) => this.alertOf(id, ALERT.next), false);
  }

  /** The session ended well, so the next one may build on it. */
  moveAnchors(): void {
    const { memory } = this.session;
    for (const { name, ours, theirs, wasNeglected } of this.tracks.values()) {
      if (!wasNeglected) memory.setAnchors(name, { ours: ours.next, theirs });
      memory.setCut(name, undefined);
    }
  }

  /** Octets of a message that the other side takes. */
  get messageSize(): number {
    return this.reach.messageSize;
  }

  /** The changes that wait would fill a message. */
  get isLaden(): boolean {
    let weight = 0;
    for (const { outlet } of this.tracks.values()) weight += outlet.weight;
    return weight >= this.messageSize;
  }

  get hasChanges(): boolean {
    for (const { outlet } of this.tracks.values()) if (!outlet.isEmpty) return true;
    return false;
  }

  protected newTrack(name: string, ourUri: string, theirUri: string, mode: SyncMode, ours: TrackAnchors): Track {
    const isOurName = (kind: string): boolean => this.role === 'client' || kind === 'add';
    return new Track(name, ourUri, theirUri, mode, ours, new Outlet(this.scale, () => this.capacity(), isOurName));
  }

  /** By what the other side calls our datastore; by what it calls its own where that fails. */
  protected trackOf({ target, source }: Ends): Track | undefined {
    for (const track of this.tracks.values()) if (track.isOurs(target?.uri)) return track;
    for (const track of this.tracks.values()) if (track.isTheirs(source?.uri)) return track;
    return undefined;
  }

  protected alertOf(id: string, code: number, item?: Item): Alert {
    const ends = { target: { uri: this.target.uri }, source: { uri: this.source.uri } };
    return { kind: 'Alert', id, code, items: [item ?? ends] };
  }

  /** Asks for more where a message of ours would say nothing. */
  protected askOn(load: Load): void {
    if (load.isEmpty) load.add((id) => this.alertOf(id, ALERT.next));
  }

  /** Changes of all datastores, as many as fit. False where some are left. */
  protected loadChanges(load: Load): boolean {
    const tracks = [...this.tracks.values()];
    const torn = tracks.find((track) => track.outlet.isTorn);
    for (const track of torn === undefined ? tracks : [torn, ...tracks.filter((one) => one !== torn)]) {
      if (track.outlet.isEmpty) continue;
      if (!this.#openSync(track, load)) return false;
      const isDone = track.outlet.load(load, this.book);
      load.close();
      if (!isDone || track.outlet.isTorn) return false;
    }
    return true;
  }

  /** A Sync with nothing in it for each datastore that has had none. False where some are left. */
  protected openRest(load: Load): boolean {
    for (const track of this.tracks.values()) {
      if (track.wasOpened) continue;
      if (!this.#openSync(track, load)) return false;
      load.close();
    }
    return true;
  }

  /** One more Sync with nothing in it, for the other side to answer. False where there is no room. */
  protected openAgain(load: Load): boolean {
    const [track] = this.tracks.values();
    if (track === undefined) return true;
    if (!this.#openSync(track, load)) return false;
    load.close();
    return true;
  }

  protected capacity(): Capacity {
    const header = (): Header => this.#header(10_000);
    return this.reach.capacity(header, this.tracks.values(), this.introductions.information);
  }

  /** The status of the other side's SyncHdr, 200 so far. */
  protected abstract greeted(header: Header, answer: Answer): void;
  protected abstract alerted(alert: Alert, item: Item, answer: Answer): void;
  protected abstract opened(track: Track): number;
  protected abstract mapped(command: MapCommand, answer: Answer): void;
  /** The whole message has been taken in. */
  protected abstract ended(message: Message): void;
  /** What belongs to the package, after statuses and errands where these left room. True where that was all of it. */
  protected abstract fill(load: Load, hasRoom: boolean): boolean;
  protected abstract credentials(): Credentials | undefined;
  protected abstract respUri(): string | undefined;

  /** A Status came, of a command. */
  protected statusCame(): void {}

  protected headerAnswered(status: Status): void {
    // DS Protocol 1.2, section 6.8: 101 is how a busy server says that it is.
    if (status.code >= 400 || status.code === STATUS.inProgress)
      this.failure ??= refusalOf(status.code, `the session with ${this.session.target.uri}`);
  }

  #conclude(make: (id: string) => Command, isTold: boolean): Message {
    const { header, load } = this.#begin();
    this.answers.load(load);
    if (isTold) load.add(make);
    this.isOver = true;
    return { header, commands: load.commands, final: true };
  }

  #begin(): { readonly header: Header; readonly load: Load } {
    const header = this.#header(++this.sent);
    const room = this.messageSize - this.scale.envelope(header);
    return { header, load: new Load(this.scale, this.sent, room) };
  }

  #header(messageId: number): Header {
    const { source, target } = this;
    return headerOf(this.session, messageId, {
      source,
      target,
      respUri: this.respUri(),
      credentials: this.credentials(),
    });
  }

  #openSync(track: Track, load: Load): boolean {
    const count = track.announced ?? (track.outlet.isEmpty ? 0 : undefined);
    const counts = this.session.version !== '1.0' && this.introductions.information?.numberOfChanges === true;
    const id = load.open((id) => ({
      kind: 'Sync',
      id,
      target: { uri: track.theirUri },
      source: { uri: track.ourUri },
      ...(counts && count !== undefined && { numberOfChanges: count }),
    }));
    if (id === undefined) return false;
    track.wasOpened = true;
    this.book.expect(load.messageId, id, (status) => {
      if (status === undefined || status.code < 400) return;
      this.failure ??= refusalOf(status.code, `the datastore ${track.theirUri} of ${this.session.target.uri}`);
    });
    return true;
  }
}

/** Introductions can be repeated without end. */
const saysSomething = (command: Command): boolean =>
  command.kind === 'Sync' ? command.commands.length > 0 : command.kind === 'Map';
