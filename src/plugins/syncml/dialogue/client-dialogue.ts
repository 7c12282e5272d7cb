import { CradleError } from '../../../dbus/errors.js';
import type { Alert, Credentials, Header, Item, MapCommand, MapItem, Message, Status } from '../message/message.js';
import { writeAnchors } from '../message/meta.js';
import { mayBecome, modeToAsk } from './agreement.js';
import { nextAnchor } from './anchors.js';
import type { Answer } from './answers.js';
import { ALERT, ALERT_OF, modeOfAlert, needsNoAnchors, refusalOf, STATUS, takesFromServer } from './codes.js';
import type { SyncMode } from './conversation.js';
import { Dialogue } from './dialogue.js';
import type { Load } from './load.js';
import { mapsOf } from './mapping.js';
import type { WantedDatastore } from './plan.js';
import type { Proof } from './proof.js';
import type { Session } from './session.js';
import type { Track } from './track.js';

/**
 * Where the session is: `greeting` package 1 goes out, `greeted` 2 comes in, `ours` 3 goes out, `theirs` 4 comes in,
 * `mapping` 5 goes out, `ending` 6 comes in.
 */
type Phase = 'greeting' | 'greeted' | 'ours' | 'theirs' | 'mapping' | 'ending';

/** The client's end: DS Protocol 1.2, sections 5 and 6. */
export class ClientDialogue extends Dialogue {
  readonly #proof: Proof;
  #phase: Phase = 'greeting';
  #isClosed = false;
  /** Our last message, when the server wants it again with other credentials. */
  #last: Message | undefined;
  #isRejected = false;
  /** Datastores that have to be asked for in another way, each with the mode: another session is needed for that. */
  readonly misjudged = new Map<string, SyncMode>();
  /** The server has sent something besides statuses since our changes ended. */
  #owesWord = false;
  /** Those that were asked for with Alert 225. */
  readonly #resuming = new Set<Track>();
  /** Datastores whose changes the server has begun to tell. */
  readonly #told = new Set<Track>();
  #isRepeated = false;
  #hasMapped = false;

  constructor(session: Session, datastores: readonly WantedDatastore[], proof: Proof) {
    super('client', session);
    this.#proof = proof;
    const tracks = datastores.map((wanted) => this.#track(wanted));
    const { information } = this.introductions;
    if (information === undefined || tracks.some(({ mode, resumed }) => mode === 'slow' && !resumed))
      this.errands.add((id) => this.introductions.put(id, this.scale, this.capacity().room), undefined, true);
    if (information === undefined) this.errands.add((id) => this.introductions.ask(id));
    for (const track of tracks) this.#alert(track, track.resumed ? ALERT.resume : ALERT_OF[track.mode]);
  }

  get isEstablished(): boolean {
    return this.#phase !== 'greeting' && this.#phase !== 'greeted';
  }

  /** It is our turn to send changes. */
  get isOurTurn(): boolean {
    return this.#phase === 'ours';
  }

  /** The server does not take our login, and the message has to go again, to where the session began. */
  get isRejected(): boolean {
    return this.#isRejected;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** What goes beside a message of these octets. */
  sign(bytes: Uint8Array): string | undefined {
    return this.#proof.sign(bytes);
  }

  /** A message had to be sent again: a server that keeps no replies goes on without what it said in the first one. */
  repeated(): void {
    this.#isRepeated = true;
  }

  override receive(message: Message): void {
    const status = message.commands.find((one): one is Status => one.kind === 'Status' && one.commandRef === '0');
    if (status?.code === STATUS.badLogin || status?.code === STATUS.noLogin) {
      this.#isRejected = this.#proof.refused(status.challenge);
      if (!this.#isRejected) this.failure ??= refusalOf(status.code, `the session with ${this.session.target.uri}`);
      return;
    }
    if (status !== undefined && status.code < 400) this.#proof.accepted(status.code, status.challenge);
    super.receive(message);
  }

  override compose(): Message {
    const message = this.#isRejected ? this.#again() : super.compose();
    this.#isRejected = false;
    this.#last = message;
    return message;
  }

  protected override greeted({ respUri }: Header): void {
    if (respUri !== undefined) this.target = { uri: respUri };
  }

  protected override alerted(alert: Alert, item: Item, answer: Answer): void {
    const part = answer.part(item.target?.uri, item.source?.uri, STATUS.ok);
    const track = this.trackOf(item);
    if (track === undefined || this.isEstablished) {
      part.code = track === undefined ? STATUS.notFound : STATUS.notAllowed;
      return;
    }
    const told = alert.code === ALERT.resume ? track.mode : modeOfAlert(alert.code);
    if (this.#resuming.has(track) && told !== track.mode && told !== 'slow') {
      // It cannot go on where we were, and offers something else in its place than we want.
      this.misjudged.set(track.name, track.mode);
      return;
    }
    if (told === undefined || !mayBecome(track.mode, told)) {
      part.code = STATUS.forbidden;
      this.refusals.set(track.name, refusalOf(STATUS.unsupported, `the sync of ${track.name} as it is wanted`));
      return;
    }
    if (told !== track.mode) track.resumed = false;
    track.mode = told;
    const { anchor, mem } = item.meta ?? {};
    if (mem !== undefined) track.outlet.space = mem;
    track.theirs = anchor?.next;
    if (anchor !== undefined) answer.items.push({ data: writeAnchors({ next: anchor.next }) });
    const known = this.session.memory.anchors(track.name).theirs;
    if (needsNoAnchors(told) || track.resumed || anchor?.last === known) return;
    part.code = STATUS.refreshRequired;
    // The server forgot, or was put back to an earlier state: nothing less than all of it will do.
    this.misjudged.set(track.name, 'slow');
  }

  protected override opened(track: Track): number {
    this.#owesWord = true;
    if (!this.isEstablished) return STATUS.notAllowed;
    this.#told.add(track);
    return STATUS.ok;
  }

  protected override mapped({ target, source }: MapCommand, answer: Answer): void {
    answer.part(target?.uri, source?.uri, STATUS.notAllowed);
  }

  protected override ended({ commands, final }: Message): void {
    // Device information that is asked for at the end serves nobody any more.
    const isWord = commands.some(({ kind }) => kind !== 'Status' && kind !== 'Get');
    switch (this.#phase) {
      case 'greeted':
        if (final) this.#settle();
        return;
      case 'theirs':
        if (isWord) this.#owesWord = true;
        if (final) this.#takeIn();
        return;
      case 'ending':
        if (final || !isWord) this.#end();
    }
  }

  protected override fill(load: Load, hasRoom: boolean): boolean {
    switch (this.#phase) {
      case 'greeting':
        if (hasRoom) this.#phase = 'greeted';
        return hasRoom;
      case 'ours':
        return hasRoom && this.#fillOurs(load);
      case 'mapping':
        if (!hasRoom || !this.answers.isEmpty) return false;
        this.#phase = 'ending';
        return true;
      case 'greeted':
      case 'theirs':
      case 'ending':
        this.askOn(load);
        return false;
    }
  }

  protected override credentials(): Credentials | undefined {
    return this.#proof.credentials();
  }

  protected override respUri(): string | undefined {
    return undefined;
  }

  #track({ name, uri, mode: wanted }: WantedDatastore): Track {
    const { memory, version, now } = this.session;
    const anchors = memory.anchors(name);
    const mode = modeToAsk(wanted, anchors);
    const ours = { last: anchors.ours, next: nextAnchor(anchors.ours, now) };
    const track = this.newTrack(name, name, uri, mode, ours);
    track.resumed = version === '1.2' && memory.cut(name)?.mode === mode;
    if (track.resumed) this.#resuming.add(track);
    this.tracks.set(name, track);
    return track;
  }

  #alert(track: Track, code: number): void {
    const { name, theirUri, ourUri, ours } = track;
    const { version, maxObjectSize } = this.session;
    const anchor = { ...(ours.last !== undefined && { last: ours.last }), next: ours.next };
    const meta = { anchor, ...(version !== '1.0' && { maxObjSize: maxObjectSize }) };
    const item: Item = { target: { uri: theirUri }, source: { uri: ourUri }, meta };
    this.errands.add(
      (id) => this.alertOf(id, code, item),
      (status) => {
        if (status === undefined || status.code < 400) return;
        track.resumed = false;
        if (status.code === STATUS.refreshRequired) track.becomeSlow();
        else if (status.code !== STATUS.otherMode)
          this.refusals.set(name, refusalOf(status.code, `the datastore ${theirUri}`));
      },
    );
  }

  /** Package 2 is complete: we know with what, and how. */
  #settle(): void {
    for (const name of this.refusals.keys()) this.tracks.delete(name);
    const [refusal] = this.refusals.values();
    if (this.tracks.size === 0) {
      this.failure ??= refusal ?? refusalOf(STATUS.notFound, `the session with ${this.session.target.uri}`);
      return;
    }
    // There is no word for a slow sync that every server takes at this point: the session is begun again.
    if (this.misjudged.size === 0) this.#begin();
    else this.isOver = true;
  }

  #begin(): void {
    this.#phase = 'ours';
    const { memory, version } = this.session;
    for (const { name, mode, theirs, ours, resumed } of this.tracks.values()) {
      if (version === '1.2' && theirs !== undefined) memory.setCut(name, { mode, theirs, ours: ours.next });
      // What the last session could not tell any more.
      if (mode !== 'slow' || resumed) this.#tellMaps(name, memory.pendingMaps(name));
    }
  }

  #fillOurs(load: Load): boolean {
    if (!this.loadChanges(load) || !this.#isClosed || !this.openRest(load)) return false;
    this.#phase = 'theirs';
    return true;
  }

  /** Package 4 is complete. What it added is told in package 5, once all has been answered. */
  #takeIn(): void {
    this.book.close();
    if (this.#isRepeated) for (const track of this.tracks.values()) this.#missSomething(track);
    // Nobody is to take what came for all there is.
    if (this.failure !== undefined) return;
    for (const track of this.tracks.values()) track.isOver = true;
    this.#phase = 'mapping';
  }

  /** Changes went with a reply that was lost: what is not acknowledged comes in the next session. */
  #missSomething(track: Track): void {
    const { theirUri, mode, arrived, expected = 0 } = track;
    if (!takesFromServer(mode) || (this.#told.has(track) && arrived >= expected)) return;
    const { uri } = this.target;
    this.failure ??= new CradleError('NotConnected', `what ${uri} had to tell of ${theirUri} was lost with a reply`);
  }

  /** All of package 4 has been answered by those who took it. */
  tellMaps(): void {
    if (this.#phase !== 'mapping' || this.#hasMapped || !this.answers.areComplete) return;
    this.#hasMapped = true;
    let count = 0;
    for (const { name, maps } of this.tracks.values()) {
      const told = new Set(maps.map(({ target }) => target));
      const pending = this.session.memory.pendingMaps(name).filter(({ target }) => !told.has(target));
      count += this.#tellMaps(name, [...maps, ...pending]);
      maps.length = 0;
    }
    if (!this.#owesWord && count === 0) this.#end();
  }

  #tellMaps(name: string, items: readonly MapItem[]): number {
    const track = this.tracks.get(name);
    if (track === undefined) return 0;
    for (const group of mapsOf(track, items, this.scale, this.capacity().room))
      this.errands.add(
        (id) => group.make(id),
        (status) => this.#mapped(name, group.items, status),
      );
    return items.length;
  }

  /** A server that does not know the item any more will not know it next time either. */
  #mapped(name: string, items: readonly MapItem[], status: Status | undefined): void {
    const code = status?.code ?? STATUS.noAnswer;
    if (code < 300 || code === STATUS.notFound) this.session.memory.mapsConfirmed(name, items);
  }

  /** The same commands under the next message id, proved anew. */
  #again(): Message {
    const last = this.#last;
    if (last === undefined) return super.compose();
    this.book.renumber(this.sent, ++this.sent);
    const { credentials: _, ...header } = last.header;
    const credentials = this.credentials();
    return { ...last, header: { ...header, messageId: this.sent, ...(credentials !== undefined && { credentials }) } };
  }

  #end(): void {
    this.book.close();
    this.isOver = true;
  }
}
