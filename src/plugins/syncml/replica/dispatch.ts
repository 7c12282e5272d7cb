import { CradleError } from '../../../dbus/errors.js';
import { sizeOf } from '../../body.js';
import type { Edit, Receipt } from '../../contract.js';
import { withPauses } from '../../patience.js';
import type { Outcome, Outgoing } from '../dialogue/conversation.js';
import { Mailbox } from '../mailbox.js';
import type { Outbox } from './outbox.js';

/** Edits taken into the replica in one step; fewer when their bytes or the time gets too much. */
const BATCH = 256;
const BATCH_BYTES = 1024 * 1024;
/** Milliseconds that a source of edits may keep silent before what it has given goes on its way. */
const PATIENCE = 20;
/** Statuses come a message at a time; so long is waited for the next one of the same message, in milliseconds. */
const BREATH = 5;

/** Sends changes and tells how each was taken. */
export type Send = (changes: AsyncIterable<Outgoing>, signal: AbortSignal) => AsyncIterable<Outcome>;

/**
 * Brings edits to the device through its outbox, and gives their receipts as they come. The wire is used when the first
 * change wants it, not before. Fails as the wire does; what was receipted is durable.
 */
export async function* dispatch(
  outbox: Outbox,
  edits: AsyncIterable<Edit>,
  send: Send,
  signal: AbortSignal,
): AsyncGenerator<Receipt> {
  const receipts = new Mailbox<Receipt>();
  const changes = new Mailbox<Outgoing>();
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  let sending: Promise<void> | undefined;

  const feed = async (): Promise<void> => {
    for await (const batch of batches(edits, until)) {
      const prepared = [];
      for (const edit of batch) prepared.push(await outbox.prepare(edit, until));
      const staged = outbox.stage(prepared);
      receipts.put(...staged.receipts);
      if (staged.outgoing.length === 0) continue;
      changes.put(...staged.outgoing);
      sending ??= settle(outbox, send(changes, until), receipts, until);
      // A wire that fails takes nothing any more.
      await Promise.race([changes.empty(), sending]);
    }
    changes.end();
    await sending;
    if (outbox.unanswered > 0)
      throw new CradleError('PluginFailed', `${outbox.unanswered} changes were left without a status`);
  };

  const feeding = feed().then(
    () => receipts.end(),
    (error: unknown) => {
      changes.fail(error);
      receipts.fail(error);
    },
  );
  try {
    yield* receipts;
  } finally {
    over.abort();
    // Whoever stops here does not see how it would have ended; a source that is stuck is not waited for.
    feeding.catch(() => undefined);
    sending?.catch(() => undefined);
  }
}

/** Takes statuses down as they come, those of one message at once. */
export async function settle(
  outbox: Pick<Outbox, 'settle'>,
  outcomes: AsyncIterable<Outcome>,
  receipts: Pick<Mailbox<Receipt>, 'put'>,
  signal: AbortSignal,
): Promise<void> {
  let waiting: Outcome[] = [];
  const flush = (): void => {
    if (waiting.length > 0) receipts.put(...outbox.settle(waiting));
    waiting = [];
  };
  try {
    for await (const outcome of withPauses(outcomes, BREATH, signal)) {
      if (outcome !== undefined) waiting.push(outcome);
      if (outcome === undefined || waiting.length >= BATCH) flush();
    }
  } finally {
    flush();
  }
}

async function* batches(edits: AsyncIterable<Edit>, signal: AbortSignal): AsyncGenerator<readonly Edit[]> {
  let batch: Edit[] = [];
  let bytes = 0;
  for await (const edit of withPauses(edits, PATIENCE, signal)) {
    if (edit !== undefined) {
      batch.push(edit);
      if (edit.kind === 'put') bytes += sizeOf(edit.item.body);
    }
    if (edit === undefined ? batch.length > 0 : batch.length >= BATCH || bytes >= BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
