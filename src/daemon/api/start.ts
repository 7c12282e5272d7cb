import { CradleError } from '../../dbus/errors.js';
import type { Dict } from '../../dbus/variant.js';
import type { Cause } from '../session/machine.js';
import type { Session } from '../session/session.js';
import { mustCall, ours } from '../session/surroundings.js';
import type { Binding } from '../state/binding.js';
import { type Domain, sessionPath } from './domain.js';
import { sessionObject } from './session-object.js';

/**
 * Puts a session of the binding in the queue. Fails with NotConnected, NotOwner, NotIdentified, NeedsDecision: what
 * cannot go well is said at once, not after the wait.
 */
export function startSession(domain: Domain, binding: Binding, cause: Cause): Session {
  const device = domain.registry.get(binding.device);
  if (device === undefined) throw new CradleError('NotConnected', `${binding.device} is not plugged in`);
  ours(device);
  if (device.identity.startedBy === 'device' && domain.lines.of(device.id) === undefined) throw mustCall(device);
  const [question] = domain.state.questions.list(binding.id);
  if (question !== undefined)
    throw new CradleError('NeedsDecision', `${question.message} (answer with Decide "${question.question}")`);
  return domain.queue.enqueue(binding, cause);
}

/** What StartSync answers: the session's path and its properties as they are now. */
export function sessionReply(domain: Domain, session: Session): readonly [string, Dict] {
  return [sessionPath(session.number), sessionObject(domain, session).readAll()];
}
