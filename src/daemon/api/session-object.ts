import { type ExportedInterface, exportInterface } from '../../dbus/exported.js';
import { ERROR_PREFIX } from '../../dbus/names.js';
import { sessionShape } from '../../dbus/shapes/session.js';
import { type Dict, v } from '../../dbus/variant.js';
import type { PairResult } from '../session/run.js';
import type { Session, SessionResult } from '../session/session.js';
import { onlyOptions } from './arguments.js';
import { bindingPath, type Domain } from './domain.js';

export function sessionObject(domain: Domain, session: Session): ExportedInterface<typeof sessionShape> {
  const act = (verb: (session: Session) => void) => (options: ReadonlyMap<string, unknown>) => {
    onlyOptions(options);
    verb(session);
  };
  return exportInterface(sessionShape, {
    properties: {
      Binding: () => bindingPath(session.binding.id),
      Cause: () => session.cause,
      State: () => session.snapshot.state,
      Done: () => session.snapshot.tally.done,
      Planned: () => session.snapshot.tally.planned,
      Conflicts: () => session.snapshot.tally.conflicts,
      StartTime: () => session.created,
      ErrorName: () => {
        const { error } = session.snapshot;
        return error === undefined ? '' : `${ERROR_PREFIX}${error.code}`;
      },
      ErrorMessage: () => session.snapshot.error?.message ?? '',
    },
    methods: {
      Cancel: act((running) => running.cancel()),
      Suspend: act((running) => running.suspend()),
      Resume: act((suspended) => {
        suspended.resume();
        domain.queue.pump();
      }),
    },
  });
}

/** The details of Finished: counts per store, what was refused, and why a store stopped. */
export function finishedDetails(result: SessionResult): Dict {
  return {
    Stores: v.dicts(result.pairs.map(pairDetails)),
    ErrorName: v.s(result.error === undefined ? '' : `${ERROR_PREFIX}${result.error.code}`),
    ErrorMessage: v.s(result.error?.message ?? ''),
  };
}

function pairDetails({ pair, outcome, error, wish }: PairResult): Dict {
  const details: Record<string, ReturnType<typeof v.s> | ReturnType<typeof v.u>> = {
    Device: v.s(pair.device),
    Desktop: v.s(pair.desktop),
    ErrorName: v.s(error === undefined ? '' : `${ERROR_PREFIX}${error.code}`),
    ErrorMessage: v.s(error?.message ?? ''),
    Wish: v.s(wish ?? ''),
  };
  if (outcome === undefined) return details;
  for (const [side, counts] of [
    ['Desktop', outcome.left],
    ['Device', outcome.right],
  ] as const) {
    details[`${side}Created`] = v.u(counts.created);
    details[`${side}Changed`] = v.u(counts.changed);
    details[`${side}Removed`] = v.u(counts.removed);
  }
  details.Merged = v.u(outcome.joined);
  details.Conflicts = v.u(outcome.conflicts);
  details.Refused = v.u(outcome.refusedCount);
  details.Kept = v.u(outcome.keptCount);
  return details;
}
