import { Body } from './body.js';
import { type Clock, pause, systemClock } from './clock.js';
import type {
  Claims,
  Device,
  DeviceEvent,
  DeviceId,
  DeviceSource,
  Evidence,
  Match,
  Owner,
  Probe,
  RuleSet,
  Sighting,
} from './device.js';
import { parseRecording } from './evidence.js';
import { explainDevice } from './explain.js';
import { admitted, joined } from './facts.js';
import { identify } from './identify.js';
import type { Log } from './log.js';
import { canOpenNode, judgeOwner, nodeOf } from './owner.js';
import { record } from './record.js';
import { replay } from './replay.js';
import { Roster } from './roster.js';
import type { Seat } from './seat.js';
import { SightingFeed } from './sighting-feed.js';

export interface RegistryOptions {
  readonly sources: readonly DeviceSource[];
  readonly rules: RuleSet;
  readonly probes: readonly Probe[];
  readonly claims: Claims;
  readonly seat: Seat;
  readonly log: Log;
  /** Milliseconds without news after which a device is looked at; 300 unless told. */
  readonly settle?: number;
  /** Milliseconds one probe may take; 15,000 unless told. */
  readonly probeTimeout?: number;
  readonly clock?: Clock;
  /** Whether a device node may be read and written; access(2) unless told. */
  readonly canOpen?: (node: string) => boolean;
}

/** Milliseconds a device without a name is kept back once: the volume or port that names it may still be on its way. */
const NAMELESS_WAIT = 3_000;
/** A device that is never quiet is looked at after so many times its quiet time. */
const PATIENCE = 20;
/** logind says that the seat has changed some hundred milliseconds before the nodes change hands, and nobody says that. */
const AFTER_SEAT_CHANGE = [500, 2_000];

/** What is plugged in: sightings of all sources in, devices out. */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #clock: Clock;
  readonly #probes: ReadonlyMap<string, Probe>;
  readonly #feeds: readonly SightingFeed[];
  readonly #bodies = new Map<string, Body>();
  readonly #roster: Roster;
  /** Bodies whose quiet time or identification is under way. */
  readonly #busy = new Set<Body>();
  readonly #deviceListeners = new Set<(event: DeviceEvent) => void>();
  readonly #probingListeners = new Set<(probing: boolean) => void>();
  #rules: RuleSet;
  #probing = false;
  #stopped: AbortSignal | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#rules = options.rules;
    this.#probes = new Map(options.probes.map((probe) => [probe.name, probe]));
    this.#roster = new Roster({
      rules: () => this.#rules,
      judge: (id, match, sightings, ambiguous) => this.#judge(id, match, sightings, ambiguous),
      tell: (event) => this.#tell(event),
    });
    this.#feeds = options.sources.map(
      (source) =>
        new SightingFeed(source, this.#clock, options.log, {
          put: (sighting, before) => this.#put(sighting, before),
          drop: (sighting) => this.#drop(sighting),
          settled: () => this.#flush(source.name),
        }),
    );
  }

  /** Follows the sources until aborted. Settles, never rejects, when the last of them has ended. */
  async start(signal: AbortSignal): Promise<void> {
    this.#stopped = signal;
    using _watch = this.#options.seat.onChange(() => this.#seatChanged(signal));
    const running = this.#feeds.map((feed) => feed.follow(signal));
    this.#progress();
    await Promise.all(running);
    for (const body of this.#bodies.values()) body.end();
    await Promise.all([...this.#bodies.values()].map((body) => body.running));
  }

  /** True while something that was seen is not yet told of. */
  get probing(): boolean {
    return this.#probing;
  }

  /** All devices in reach, in the order of their ids. */
  devices(): readonly Device[] {
    return this.#roster.devices();
  }

  get(id: DeviceId): Device | undefined {
    return this.#roster.get(id);
  }

  onEvent(listener: (event: DeviceEvent) => void): Disposable {
    this.#deviceListeners.add(listener);
    return { [Symbol.dispose]: () => this.#deviceListeners.delete(listener) };
  }

  onProbing(listener: (probing: boolean) => void): Disposable {
    this.#probingListeners.add(listener);
    return { [Symbol.dispose]: () => this.#probingListeners.delete(listener) };
  }

  /** Looks at every device anew: claims have changed, or rules, which may be handed in. Probes that failed get another try. */
  async reconsider(rules: RuleSet = this.#rules): Promise<void> {
    this.#rules = rules;
    for (const body of this.#bodies.values()) body.forgetFailures();
    await this.#reviewAll();
  }

  /** Adds a peer's own words about a device and looks at it anew; the device may have another id then, or be gone. */
  async evidence(id: DeviceId, facts: Evidence): Promise<Device | undefined> {
    const bodies = this.#roster.bodiesOf(id);
    for (const body of bodies) body.told = admitted(joined(admitted(facts), body.told));
    await Promise.all(bodies.map((body) => this.#examine(body)));
    const now = bodies.find((body) => !body.gone.signal.aborted)?.id;
    return now === undefined ? undefined : this.get(now);
  }

  /** What a device is, whose, and why, in text. Fails with NotFound. Devices that rules hide are explained, too. */
  explain(id: DeviceId): string {
    const found = this.#roster.composition(id);
    const probes = [...found.bodies].flatMap((body) => [...body.ledger.values(), ...(body.finding?.skipped ?? [])]);
    return explainDevice({ ...found, probes, login: this.#options.seat.whoAmI().login });
  }

  /** What explain() would say of the device in an evidence file. Fails with InvalidArgs. */
  async explainEvidence(text: string): Promise<string> {
    const recording = parseRecording(text);
    const { finding, identity, ledger } = await replay(recording, this.#rules);
    const { name, match, evidence, skipped } = finding;
    // A recorded node is none of this machine's.
    const owner = this.#judge(name.id, match, recording.sightings, false, () => true);
    return explainDevice({
      device: { id: name.id, identity, owner, sightings: recording.sightings, evidence },
      match,
      fact: name.fact,
      ignored: match.assignments.get('Ignore') === 'true',
      probes: [...ledger.values(), ...skipped],
      login: this.#options.seat.whoAmI().login,
    });
  }

  /** A device as an evidence file; with `redact` nothing in it tells the device from its like. Fails with NotFound. */
  evidenceFile(id: DeviceId, options: { readonly redact: boolean }): string {
    const { device, bodies } = this.#roster.composition(id);
    const parts = [...bodies];
    const ledger = new Map(parts.flatMap((body) => [...body.ledger]));
    const told = joined(...parts.map((body) => body.told));
    return record(
      { body: parts[0]?.body ?? '', sightings: device.sightings, told, ledger },
      this.#rules,
      options.redact,
    );
  }

  #put(sighting: Sighting, before: Sighting | undefined): void {
    if (before !== undefined && before.body !== sighting.body) this.#drop(before);
    const body = this.#bodies.get(sighting.body) ?? new Body(sighting.body);
    this.#bodies.set(sighting.body, body);
    body.put(sighting);
    this.#settle(body);
  }

  #drop(sighting: Sighting): void {
    const body = this.#bodies.get(sighting.body);
    if (body === undefined) return;
    body.drop(sighting);
    if (!body.empty) {
      this.#settle(body);
      return;
    }
    this.#bodies.delete(body.body);
    body.end();
    this.#busy.delete(body);
    this.#roster.place(body, undefined);
    this.#progress();
  }

  /** Waits for quiet: one device shows as several nodes, one after the other. */
  #settle(body: Body): void {
    if (this.#stopped?.aborted === true) return;
    this.#busy.add(body);
    this.#progress();
    if (body.quiet !== undefined && body.restarts >= PATIENCE) return;
    body.quiet?.[Symbol.dispose]();
    body.restarts += 1;
    const quiet = this.#options.settle ?? 300;
    if (quiet === 0) void this.#examine(body);
    else body.quiet = this.#clock.after(quiet, () => void this.#examine(body));
  }

  /** A source has told all that was there, so there is nothing to wait for in what it sees. */
  #flush(source: string): void {
    const waiting = [...this.#busy].filter((body) => body.waiting && body.sources.has(source));
    for (const body of waiting.sort((left, right) => (left.body < right.body ? -1 : 1))) {
      body.awaitedName = true;
      void this.#examine(body);
    }
    this.#progress();
  }

  /** Identifies a body and puts it in its place. Never rejects; what moves meanwhile is seen to before it settles. */
  #examine(body: Body): Promise<void> {
    if (body.gone.signal.aborted) return Promise.resolve();
    body.quiet?.[Symbol.dispose]();
    body.quiet = undefined;
    body.restarts = 0;
    body.again = true;
    this.#busy.add(body);
    body.running ??= this.#identify(body);
    return body.running;
  }

  async #identify(body: Body): Promise<void> {
    try {
      while (body.again && !body.gone.signal.aborted) {
        body.again = false;
        const finding = await identify(body, {
          rules: this.#rules,
          probes: this.#probes,
          judge: ({ id }, match, sightings) => this.#judge(id, match, sightings, body.ambiguous),
          canOpen: (sighting) => this.#canOpen(sighting),
          clock: this.#clock,
          probeTimeout: this.#options.probeTimeout ?? 15_000,
          signal: body.gone.signal,
        });
        if (body.gone.signal.aborted) return;
        if (finding.name.fact === undefined && body.id === undefined && !body.awaitedName) this.#awaitName(body);
        else {
          body.nameless?.[Symbol.dispose]();
          body.nameless = undefined;
          this.#roster.place(body, finding);
        }
      }
    } catch (error) {
      if (!body.gone.signal.aborted)
        this.#options.log.error('a device could not be identified', { body: body.body, error });
    } finally {
      body.running = undefined;
      if (!body.waiting) this.#busy.delete(body);
      this.#progress();
    }
  }

  #awaitName(body: Body): void {
    body.nameless ??= this.#clock.after(NAMELESS_WAIT, () => {
      body.nameless = undefined;
      body.awaitedName = true;
      void this.#examine(body);
    });
  }

  #judge(
    id: DeviceId,
    match: Match,
    sightings: readonly Sighting[],
    ambiguous: boolean,
    canOpen: (node: string) => boolean = this.#options.canOpen ?? canOpenNode,
  ): Owner {
    return judgeOwner({
      rule: match.assignments.get('Owner'),
      claimed: this.#options.claims(id),
      ambiguous,
      transport: match.assignments.get('Transport'),
      sightings,
      me: this.#options.seat.whoAmI(),
      canOpen,
    });
  }

  #canOpen(sighting: Sighting): boolean {
    const node = nodeOf(sighting);
    return node === undefined || (this.#options.canOpen ?? canOpenNode)(node);
  }

  async #reviewAll(): Promise<void> {
    // Who still waits for quiet is looked at then.
    const settled = [...this.#bodies.values()].filter((body) => body.quiet === undefined);
    await Promise.all(settled.map((body) => this.#examine(body)));
  }

  #seatChanged(signal: AbortSignal): void {
    void this.#reviewAll();
    for (const delay of AFTER_SEAT_CHANGE)
      void pause(this.#clock, delay, signal).then(() => (signal.aborted ? undefined : this.#reviewAll()));
  }

  #progress(): void {
    const probing = this.#busy.size > 0 || this.#feeds.some((feed) => feed.waiting);
    if (probing === this.#probing) return;
    this.#probing = probing;
    for (const listener of [...this.#probingListeners]) this.#call(() => listener(probing));
  }

  #tell(event: DeviceEvent): void {
    for (const listener of [...this.#deviceListeners]) this.#call(() => listener(event));
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#options.log.error('somebody who listens for devices failed', { error });
    }
  }
}
