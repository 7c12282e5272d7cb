import { CradleError } from '../../dbus/errors.js';
import { type ExportedInterface, exportInterface } from '../../dbus/exported.js';
import { bindingShape } from '../../dbus/shapes/binding.js';
import { v } from '../../dbus/variant.js';
import { type Binding, type BindingId, QUESTIONS, type Question } from '../state/binding.js';
import { flag, oneOf, onlyOptions } from './arguments.js';
import {
  readConflictPolicy,
  readDirection,
  readFilter,
  readFirstSync,
  readInterval,
  readOptions,
  readTriggers,
} from './binding-settings.js';
import { bindingOf, type Domain, devicePath, microseconds } from './domain.js';
import { sessionReply, startSession } from './start.js';

/** What each question may be answered with. */
export const ANSWERS: Readonly<Record<Question, readonly string[]>> = {
  'first-sync': ['combine', 'keep-device', 'keep-desktop'],
  'mass-deletion': ['allow', 'restore'],
  'store-replaced': ['combine'],
};

export function bindingObject(domain: Domain, id: BindingId): ExportedInterface<typeof bindingShape> {
  const { state } = domain;
  // A binding that has just been removed may still be read, by whoever tells of its last change.
  let last = bindingOf(domain, id);
  const binding = (): Binding => {
    last = state.bindings.get(id) ?? last;
    return last;
  };
  const change = (part: Partial<Binding>): void => {
    state.bindings.put({ ...bindingOf(domain, id), ...part });
    domain.touch({ kind: 'binding', id });
  };
  const question = () => state.questions.list(id)[0];

  return exportInterface(bindingShape, {
    properties: {
      Device: () => devicePath(binding().device),
      Pairs: () => binding().pairs.map((pair) => [pair.device, pair.desktop] as const),
      Enabled: { get: () => binding().enabled, set: (value) => change({ enabled: flag(value, 'Enabled') }) },
      Triggers: { get: () => binding().triggers, set: (value) => change({ triggers: readTriggers(value) }) },
      Interval: { get: () => binding().interval, set: (value) => change({ interval: readInterval(value) }) },
      Direction: { get: () => binding().direction, set: (value) => change({ direction: readDirection(value) }) },
      ConflictPolicy: {
        get: () => binding().conflictPolicy,
        set: (value) => change({ conflictPolicy: readConflictPolicy(value) }),
      },
      FirstSync: { get: () => binding().firstSync, set: (value) => change({ firstSync: readFirstSync(value) }) },
      Filter: {
        get: () => Object.fromEntries(Object.entries(binding().filter).map(([key, patterns]) => [key, v.as(patterns)])),
        set: (value) => change({ filter: readFilter(value) }),
      },
      Options: {
        get: () => Object.fromEntries(Object.entries(binding().options).map(([key, value]) => [key, v.s(value)])),
        set: (value) => change({ options: readOptions(value) }),
      },
      OptionTypes: () => optionTypes(domain, binding()),
      State: () => stateOf(domain, binding()),
      Question: () => question()?.question ?? '',
      QuestionDetails: () => {
        const open = question();
        if (open === undefined) return {};
        return {
          Message: v.s(open.message),
          Since: v.t(microseconds(open.since)),
          Answers: v.as(ANSWERS[open.question]),
        };
      },
      LastSync: () => {
        const last = state.results.get(id);
        return last === undefined ? 0n : microseconds(last.ended);
      },
      LastResult: () => {
        const last = state.results.get(id);
        return last === undefined ? '' : (last.errorCode ?? last.result);
      },
    },
    methods: {
      StartSync: (options) => {
        onlyOptions(options);
        return sessionReply(domain, startSession(domain, bindingOf(domain, id), 'user'));
      },
      Decide: (asked, answer, options) => {
        onlyOptions(options);
        const which = oneOf(asked, QUESTIONS, 'question');
        if (state.questions.list(id).every((open) => open.question !== which))
          throw new CradleError('NotFound', `the binding ${id} does not ask "${which}"`);
        const decision = oneOf(answer, ANSWERS[which], 'answer');
        state.questions.decide(id, which, decision);
        if (decision === 'restore') restore(domain, binding());
        domain.touch({ kind: 'binding', id });
      },
      Reset: (options) => {
        onlyOptions(options);
        refuseWhileRunning(domain, id);
        for (const pair of binding().pairs) state.mapping(id, pair).clear();
        for (const open of state.questions.list(id)) state.questions.close(id, open.question);
        domain.touch({ kind: 'binding', id });
      },
      Remove: (options) => {
        onlyOptions(options);
        domain.queue.of(id)?.cancel();
        const { device } = bindingOf(domain, id);
        state.bindings.remove(id);
        domain.touch({ kind: 'binding', id });
        domain.touch({ kind: 'device', id: device });
      },
      Plan: (options) => later(options, 'plans'),
      Undo: (_session, options) => later(options, 'undo'),
      Provision: (options) => later(options, 'provisioning'),
    },
  });
}

/** Without a mapping nothing counts as deleted: what one side has lost is new to it, and comes back. */
function restore(domain: Domain, binding: Binding): void {
  for (const pair of binding.pairs) domain.state.mapping(binding.id, pair).clear();
  domain.state.questions.decide(binding.id, 'first-sync', 'combine');
}

function later(options: ReadonlyMap<string, unknown>, what: string): never {
  onlyOptions(options);
  throw new CradleError('Unsupported', `this version of Cradle has no ${what} yet`);
}

function refuseWhileRunning(domain: Domain, id: BindingId): void {
  if (domain.queue.of(id) !== undefined) throw new CradleError('Busy', `the binding ${id} is being synced`);
}

function stateOf(domain: Domain, binding: Binding): string {
  const session = domain.queue.of(binding.id);
  if (session?.busy === true) return 'syncing';
  if (domain.state.questions.list(binding.id).length > 0) return 'needs-decision';
  return domain.state.results.get(binding.id)?.result === 'failed' ? 'failing' : 'ready';
}

function optionTypes(domain: Domain, binding: Binding): Readonly<Record<string, string>> {
  const device = domain.registry.get(binding.device) ?? domain.state.devices.get(binding.device);
  return domain.catalogue.options.get(device?.identity.plugin ?? '') ?? {};
}
