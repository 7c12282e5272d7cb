import { type Actor, assign, createActor, fromPromise, setup } from 'xstate';
import { asCradleError, CradleError } from '../../dbus/errors.js';
import type { Tally } from '../sync/job.js';

export const CAUSES = ['user', 'plug', 'near', 'change', 'device', 'timer'] as const;
export type Cause = (typeof CAUSES)[number];

export const SESSION_STATES = [
  'queued',
  'connecting',
  'comparing',
  'exchanging',
  'committing',
  'suspended',
  'finished',
  'failed',
  'cancelled',
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

interface SessionContext {
  readonly tally: Tally;
  readonly error: CradleError | undefined;
}

export type SessionEvent =
  | { type: 'start' }
  | { type: 'cancel' }
  | { type: 'suspend' }
  | { type: 'resume' }
  | { type: 'device.lost' }
  | { type: 'progress'; tally: Tally };

/** The work of the four working states, injected so that a test brings its own. Each ends early when its signal aborts. */
export interface SessionWork {
  connect(signal: AbortSignal): Promise<void>;
  compare(signal: AbortSignal): Promise<void>;
  exchange(progress: (tally: Tally) => void, signal: AbortSignal): Promise<void>;
  commit(signal: AbortSignal): Promise<void>;
}

/** How long a device may take to answer, in milliseconds; a locked phone waits in its plugin, not here. */
const CONNECT_TIMEOUT = 60_000;

const nothingYet: Tally = { done: 0, planned: 0, conflicts: 0 };

function build(work: SessionWork, report: (tally: Tally) => void) {
  return setup({
    types: {} as { context: SessionContext; events: SessionEvent },
    actors: {
      connect: fromPromise<void>(({ signal }) => work.connect(signal)),
      compare: fromPromise<void>(({ signal }) => work.compare(signal)),
      exchange: fromPromise<void>(({ signal }) => work.exchange(report, signal)),
      commit: fromPromise<void>(({ signal }) => work.commit(signal)),
    },
    actions: {
      fail: assign({ error: (_, params: { error: unknown }) => asCradleError(params.error) }),
      lose: assign({ error: () => new CradleError('NotConnected', 'the device went away') }),
      giveUp: assign({ error: () => new CradleError('Timeout', 'the device did not answer') }),
    },
    delays: { connectTimeout: CONNECT_TIMEOUT },
  }).createMachine({
    id: 'session',
    initial: 'queued',
    context: { tally: nothingYet, error: undefined },
    on: {
      cancel: { target: '.cancelled' },
      'device.lost': { target: '.failed', actions: 'lose' },
    },
    states: {
      queued: { on: { start: 'connecting', suspend: 'suspended' } },
      connecting: {
        on: { suspend: 'suspended' },
        invoke: {
          src: 'connect',
          onDone: 'comparing',
          onError: { target: 'failed', actions: { type: 'fail', params: ({ event }) => ({ error: event.error }) } },
        },
        after: { connectTimeout: { target: 'failed', actions: 'giveUp' } },
      },
      comparing: {
        on: { suspend: 'suspended' },
        invoke: {
          src: 'compare',
          onDone: 'exchanging',
          onError: { target: 'failed', actions: { type: 'fail', params: ({ event }) => ({ error: event.error }) } },
        },
      },
      exchanging: {
        on: { suspend: 'suspended', progress: { actions: assign({ tally: ({ event }) => event.tally }) } },
        invoke: {
          src: 'exchange',
          onDone: 'committing',
          onError: { target: 'failed', actions: { type: 'fail', params: ({ event }) => ({ error: event.error }) } },
        },
      },
      committing: {
        invoke: {
          src: 'commit',
          onDone: 'finished',
          onError: { target: 'failed', actions: { type: 'fail', params: ({ event }) => ({ error: event.error }) } },
        },
      },
      // What was receipted is kept; going on is simply running again.
      suspended: { on: { resume: 'queued' } },
      finished: { type: 'final' },
      failed: { type: 'final' },
      cancelled: { type: 'final' },
    },
  });
}

/** What a session looks like from outside at one moment. */
export interface SessionSnapshot {
  readonly state: SessionState;
  readonly tally: Tally;
  readonly error: CradleError | undefined;
}

/** The life of one session. Working states invoke the work; every change of state or tally is told to `changed`. */
export class SessionMachine {
  readonly #actor: Actor<ReturnType<typeof build>>;

  constructor(work: SessionWork, changed: (snapshot: SessionSnapshot) => void) {
    this.#actor = createActor(build(work, (tally) => this.send({ type: 'progress', tally })));
    this.#actor.subscribe(() => changed(this.snapshot));
    this.#actor.start();
  }

  get snapshot(): SessionSnapshot {
    const { value, context } = this.#actor.getSnapshot();
    return { state: value, tally: context.tally, error: context.error };
  }

  send(event: SessionEvent): void {
    this.#actor.send(event);
  }
}

export const isOver = (state: SessionState): boolean =>
  state === 'finished' || state === 'failed' || state === 'cancelled';
