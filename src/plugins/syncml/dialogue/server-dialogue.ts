import type {
  Alert,
  Challenge,
  Credentials,
  Header,
  Item,
  MapCommand,
  MapItem,
  Message,
  Meta,
} from '../message/message.js';
import { writeAnchors } from '../message/meta.js';
import { agree } from './agreement.js';
import { nextAnchor } from './anchors.js';
import type { Answer } from './answers.js';
import { ALERT, ALERT_OF, refusalOf, STATUS } from './codes.js';
import { Dialogue } from './dialogue.js';
import type { HostedDatastore } from './host.js';
import type { Load } from './load.js';
import type { Session } from './session.js';
import type { Track } from './track.js';
import { plainUri } from './uri.js';

/**
 * Where the session is: `greeting` package 1 comes in and 2 goes out, `theirs` package 3, `ours` package 4, `closing`
 * package 5 and 6.
 */
type Phase = 'greeting' | 'theirs' | 'ours' | 'closing';

export interface Admission {
  readonly datastores: readonly HostedDatastore[];
  /** Goes with the status of the first message: it was proved who is there. */
  readonly proven: boolean;
  readonly challenge: Challenge | undefined;
  readonly respUri: string | undefined;
  /** Messages that turned the caller away before. */
  readonly sent: number;
}

/** The server's end: DS Protocol 1.2, sections 5 and 6. */
export class ServerDialogue extends Dialogue {
  readonly #admission: Admission;
  #phase: Phase = 'greeting';
  /** Package 2 is complete. */
  #isGreeted = false;
  /** No change of ours will be offered any more. */
  #isClosed = false;
  #hasAsked = false;
  /** The client's package of this phase is complete: what comes now asks for more of ours. */
  #isComplete = false;
  #alerts = 0;
  #syncs = 0;
  #statuses = 0;
  #withoutStatus = 0;
  /** Datastores of which the package that is coming in has an Alert that was answered with 508. */
  readonly #refreshed = new Set<Track>();

  constructor(session: Session, admission: Admission) {
    super('server', session);
    this.#admission = admission;
    this.sent = admission.sent;
  }

  /** The client has said all it has to say of its changes, or has begun to. */
  get isEstablished(): boolean {
    return this.#phase !== 'greeting';
  }

  /** It is our turn to send changes. */
  get isOurTurn(): boolean {
    return this.#phase === 'ours';
  }

  /** Package 4 is complete. */
  get isClosing(): boolean {
    return this.#phase === 'closing';
  }

  close(): void {
    this.#isClosed = true;
  }

  protected override greeted({ target, source }: Header, answer: Answer): void {
    // As the client calls us: it changes with RespURI.
    this.source = { uri: target.uri };
    this.target = source;
    this.#alerts = 0;
    this.#syncs = 0;
    this.#statuses = 0;
    this.#refreshed.clear();
    const [part] = answer.parts;
    if (part === undefined || this.sent > this.#admission.sent) return;
    if (this.#admission.proven) part.code = STATUS.authenticated;
    answer.challenge = this.#admission.challenge;
  }

  protected override statusCame(): void {
    this.#statuses++;
  }

  protected override alerted(alert: Alert, item: Item, answer: Answer): void {
    const part = answer.part(item.target?.uri, item.source?.uri);
    this.#alerts++;
    if (this.#phase !== 'greeting') {
      part.code = STATUS.notAllowed;
      return;
    }
    if (alert.code === ALERT.resume && this.session.version !== '1.2') {
      part.code = STATUS.unsupported;
      return;
    }
    const datastore = this.#hosted(item);
    if (datastore === undefined) {
      part.code = STATUS.notFound;
      this.refusals.set(item.target?.uri ?? '', refusalOf(STATUS.notFound, `the datastore ${item.target?.uri ?? ''}`));
      return;
    }
    part.code = this.#agree(datastore, alert, item);
    const next = item.meta?.anchor?.next;
    if (next !== undefined) answer.items.push({ data: writeAnchors({ next }) });
  }

  protected override opened(track: Track): number {
    if (this.#refreshed.has(track)) return STATUS.refreshRequired;
    if (this.#phase === 'ours' || this.#phase === 'closing') return STATUS.notAllowed;
    this.#syncs++;
    return STATUS.ok;
  }

  protected override mapped({ target, source, items }: MapCommand, answer: Answer): void {
    const track = this.trackOf({ target, source });
    if (track === undefined) {
      answer.part(target?.uri, source?.uri, STATUS.notFound);
      return;
    }
    const accepted = new Set(this.session.memory.mapped(track.name, items).map(keyOf));
    if (items.every((item) => accepted.has(keyOf(item)))) answer.part(target?.uri, source?.uri, STATUS.ok);
    else
      for (const item of items)
        answer.part(item.target, item.source, accepted.has(keyOf(item)) ? STATUS.ok : STATUS.notFound);
  }

  protected override ended({ final }: Message): void {
    // A message that suspends is final in another sense.
    if (this.failure !== undefined) return;
    if (final) this.#isComplete = true;
    if (this.#phase === 'greeting' && (this.#syncs > 0 || (this.#isGreeted && this.#alerts === 0))) this.#begin();
    if (this.#phase === 'theirs' && final) {
      this.#enter('ours');
      for (const track of this.tracks.values()) track.isOver = true;
    }
    if (this.#phase !== 'ours' && this.#phase !== 'closing') return;
    this.#withoutStatus = this.#statuses > 0 ? 0 : this.#withoutStatus + 1;
    // Whoever asks on twice without a word on what he was sent, or ends, will not say any more.
    if (this.#withoutStatus > 1 || (this.#phase === 'closing' && final)) this.book.close();
  }

  protected override fill(load: Load, hasRoom: boolean): boolean {
    switch (this.#phase) {
      case 'greeting':
        return hasRoom && this.#greet(load);
      case 'theirs':
        this.askOn(load);
        return false;
      case 'ours':
        return hasRoom && this.#fillOurs(load);
      case 'closing':
        return this.#end(hasRoom);
    }
  }

  protected override credentials(): Credentials | undefined {
    return undefined;
  }

  protected override respUri(): string | undefined {
    return this.#admission.respUri;
  }

  #hosted({ target, source }: Item): HostedDatastore | undefined {
    const { datastores } = this.#admission;
    const named = (uri: string | undefined): HostedDatastore | undefined =>
      datastores.find((one) => uri !== undefined && plainUri(one.uri) === plainUri(uri));
    // There are phones that name their own datastore only.
    return named(target?.uri) ?? (target === undefined || target.uri === '' ? named(source?.uri) : undefined);
  }

  #agree({ name, uri }: HostedDatastore, alert: Alert, { target, source, meta }: Item): number {
    const { memory, now } = this.session;
    const anchors = memory.anchors(name, alert.code === ALERT.resume);
    const agreed = agree(alert.code, meta?.anchor?.last, anchors, memory.cut(name));
    if (agreed === undefined) return STATUS.unsupported;
    const { code, mode, resumed } = agreed;
    const known = this.tracks.get(name);
    const ours = known?.ours ?? { last: anchors.ours, next: nextAnchor(anchors.ours, now) };
    const track = known ?? this.newTrack(name, target?.uri ?? uri, source?.uri ?? uri, mode, ours);
    this.tracks.set(name, track);
    track.mode = mode;
    track.resumed = resumed;
    track.theirs = meta?.anchor?.next;
    if (meta?.mem !== undefined) track.outlet.space = meta.mem;
    if (code === STATUS.refreshRequired) this.#refreshed.add(track);
    this.reach.forget();
    this.errands.add(
      (id) => this.alertOf(id, ALERT_OF[track.mode], this.#alertItem(track)),
      (status) => {
        if (status === undefined || status.code < 400) return;
        // The client's anchors do not hold: it will send all it has, and needs all of ours.
        if (status.code === STATUS.refreshRequired) track.becomeSlow();
        else this.refusals.set(name, refusalOf(status.code, `the datastore ${name}`));
      },
    );
    return code;
  }

  #alertItem({ ours, ourUri, theirUri }: Track): Item {
    const anchor = { ...(ours.last !== undefined && { last: ours.last }), next: ours.next };
    const { version, maxObjectSize } = this.session;
    const meta: Meta = { anchor, ...(version !== '1.0' && { maxObjSize: maxObjectSize }) };
    return { target: { uri: theirUri }, source: { uri: ourUri }, meta };
  }

  #greet(load: Load): boolean {
    if (!this.#isComplete) {
      this.askOn(load);
      return false;
    }
    if (!this.#hasAsked && this.introductions.information === undefined)
      this.#hasAsked = load.add((id) => this.introductions.ask(id)) !== undefined;
    this.#isGreeted = true;
    return true;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#isComplete = false;
  }

  /** From now on it is one session with these datastores. */
  #begin(): void {
    this.#enter('theirs');
    for (const name of this.refusals.keys()) this.tracks.delete(name);
    if (this.session.version !== '1.2') return;
    for (const { name, mode, theirs, ours } of this.tracks.values())
      if (theirs !== undefined) this.session.memory.setCut(name, { mode, theirs, ours: ours.next });
  }

  #fillOurs(load: Load): boolean {
    if (this.hasChanges) this.#withoutStatus = 0;
    if (!this.loadChanges(load)) return false;
    if (!this.#isClosed || !this.answers.isEmpty || !this.openRest(load)) return false;
    // A client with nothing to answer would leave without its package 5, and what that has to tell.
    if (!load.commands.some(({ kind }) => kind === 'Sync') && !this.openAgain(load)) return false;
    this.#enter('closing');
    return true;
  }

  /** The client's Final has come when there is nothing left to answer. */
  #end(hasRoom: boolean): boolean {
    if (!hasRoom || !this.#isComplete || !this.answers.isEmpty) return false;
    this.isOver = true;
    return true;
  }
}

const keyOf = ({ target, source }: MapItem): string => JSON.stringify([target, source]);
