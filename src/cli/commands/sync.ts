import { asCradleError, type CradleError } from '../../dbus/errors.js';
import { bindingShape } from '../../dbus/shapes/binding.js';
import type { Command, Context } from '../command.js';
import { type Daemon, nameIn, type SeenBinding, type SeenDevice } from '../daemon.js';
import { gravest } from '../ending.js';
import { EXIT, type ExitCode, exitOf, NotFoundError } from '../exit.js';
import { findEither } from '../find.js';
import { Follower, follow, sessionLabel } from '../follow.js';
import { shown } from '../width.js';
import { labelOf } from '../words.js';

export const sync: Command = {
  name: 'sync',
  summary: 'Sync a device or one binding, or all that is here, and follow it to the end',
  operands: [{ name: 'DEVICE|BINDING', kinds: ['device', 'binding'], optional: true }],
  options: [{ name: 'no-wait', summary: 'start it and return' }],
  details: 'Interrupting it cancels the sync; what is done stays done, and the next one goes on from there.',
  async run(context, given) {
    const daemon = await context.daemon();
    const bindings = wanted(daemon, given.operands[0]);
    if (bindings.length === 0) {
      if (!context.json) context.notes.line('There is nothing to sync: no bound device of yours is here.');
      return EXIT.ok;
    }
    await using follower = await Follower.open(daemon);
    const codes: ExitCode[] = [];
    const started: string[] = [];
    for (const binding of bindings) {
      try {
        const [path] = await daemon.at(binding.path, bindingShape).call('StartSync', [{}]);
        if (!started.includes(path)) started.push(path);
        if (context.json)
          context.screen.jsonLine({ event: 'started', session: nameIn(path), binding: nameIn(binding.path) });
      } catch (thrown) {
        const error = asCradleError(thrown);
        if (error.remote === undefined) throw error;
        codes.push(exitOf(error));
        refuse(context, daemon, binding, error);
      }
    }
    if (!given.flag('no-wait')) codes.push(...(await follow(context, follower, started)));
    else if (!context.json)
      for (const path of started)
        context.screen.line(
          `${sessionLabel(daemon, daemon.session(path)?.view.Binding ?? '')}: session ${nameIn(path)} has begun`,
        );
    return gravest(codes);
  },
};

/** The bindings a word stands for, enabled or not where it names one itself. */
function wanted(daemon: Daemon, word: string | undefined): readonly SeenBinding[] {
  const enabled = (device: SeenDevice): readonly SeenBinding[] =>
    device.view.Bindings.flatMap((path) => daemon.binding(path) ?? []).filter(({ view }) => view.Enabled);
  if (word === undefined) return daemon.devices().flatMap((device) => (mayBegin(device) ? enabled(device) : []));
  const found = findEither(daemon, word);
  if ('binding' in found) return [found.binding];
  const bindings = enabled(found.device);
  if (bindings.length > 0) return bindings;
  const label = labelOf(found.device);
  throw new NotFoundError(
    found.device.view.Bindings.length > 0
      ? `every binding of ${label} is disabled; "cradle set BINDING enabled=yes"`
      : `${label} is not bound to anything; "cradle bind" does that`,
  );
}

/** Whether a sync of the device can be begun from here: who calls here does that himself. */
const mayBegin = ({ view }: SeenDevice): boolean =>
  view.Present && view.Ownership === 'mine' && view.Account.get('Role') !== 'caller';

function refuse(context: Context, daemon: Daemon, binding: SeenBinding, error: CradleError): void {
  const id = nameIn(binding.path);
  if (context.json) {
    context.screen.jsonLine({ event: 'refused', binding: id, errorName: error.remote, errorMessage: error.message });
    return;
  }
  context.notes.line(`${sessionLabel(daemon, binding.path)}: ${shown(error.message)}`);
  if (exitOf(error) === EXIT.needsDecision) context.notes.line(`  "cradle decide ${shown(id)}" shows the answers.`);
}
