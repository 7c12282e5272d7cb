import type { ErrorCode } from '../../dbus/errors.js';
import type { Log } from '../../plugins/contract.js';
import { QUESTIONS, type Question } from '../state/binding.js';
import type { State } from '../state/state.js';
import type { PairResult } from './run.js';
import type { Session, SessionResult } from './session.js';

/** The errors that stop a store until a person has answered. */
const ASKS: Partial<Record<ErrorCode, Question>> = {
  NeedsDecision: 'first-sync',
  MassDeletion: 'mass-deletion',
  StoreReplaced: 'store-replaced',
};

/** Writes down how sessions end: history, last result, the question a store stopped at. */
export class Chronicle {
  readonly #state: State;
  readonly #log: Log;

  constructor(state: State, log: Log) {
    this.#state = state;
    this.#log = log;
  }

  ended(session: Session, result: SessionResult): void {
    const { binding, number } = session;
    const error = { errorCode: result.error?.code, errorMessage: result.error?.message };
    const details = { stores: result.pairs.map(pairDetails) };
    this.#state.history.end(number, { result: result.state, ...error, details });
    // A binding that was removed meanwhile has nothing left to be told of it.
    if (this.#state.bindings.get(binding.id) !== undefined) {
      this.#state.results.put({ binding: binding.id, ended: Date.now(), result: result.state, ...error });
      this.#ask(session, result);
    }
    this.#state.rest();
    this.#report(session, result);
  }

  #ask(session: Session, { state, pairs }: SessionResult): void {
    const { id } = session.binding;
    const asked = new Set<Question>();
    for (const { error } of pairs) {
      const question = error === undefined ? undefined : ASKS[error.code];
      if (error === undefined || question === undefined) continue;
      this.#state.questions.ask(id, question, error.message);
      asked.add(question);
    }
    // An answer is used once, by a session that came so far that it counted.
    if (state === 'finished' || asked.size > 0)
      for (const question of QUESTIONS) if (!asked.has(question)) this.#state.questions.use(id, question);
  }

  #report(session: Session, { state, error, tally }: SessionResult): void {
    const fields = { session: session.number, binding: session.binding.id, cause: session.cause, done: tally.done };
    if (state === 'failed')
      this.#log.warn(`a sync failed: ${error?.message ?? 'no reason given'}`, { ...fields, code: error?.code });
    else this.#log.info(`a sync ${state}`, fields);
  }
}

/** Plain JSON for the history. */
function pairDetails({ pair, outcome, error, wish }: PairResult): Readonly<Record<string, unknown>> {
  return {
    device: pair.device,
    desktop: pair.desktop,
    ...(wish === undefined ? {} : { wish }),
    ...(error === undefined ? {} : { error: error.code, message: error.message }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}
