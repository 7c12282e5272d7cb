import type { Log } from '../contract.js';
import type { Form } from './content/form.js';
import type { DatastoreSession } from './dialogue/conversation.js';
import type { Holdings } from './replica/holdings.js';
import { Intake } from './replica/intake.js';
import { recover } from './replica/recovery.js';

/** One datastore of a peer: what it holds, and how its contents are to be read. */
export interface Storeroom {
  readonly holdings: Holdings;
  readonly form: Form;
}

/** Takes all the device tells of a datastore in this session into the replica. */
export async function drain(
  session: DatastoreSession,
  { holdings, form }: Storeroom,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { mode, resumed } = session;
  recover(holdings, form);
  const intake = new Intake({ holdings, form, mode, resumed, log });
  for await (const batch of session.changes(signal)) intake.take(batch);
  intake.end();
}
