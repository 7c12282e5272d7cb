import { openHttpClient } from '../../../src/plugins/syncml/carrier/http-client.js';
import type { Encoding, Version } from '../../../src/plugins/syncml/codec/document.js';
import { OWN_TYPES, ownInformation } from '../../../src/plugins/syncml/devinf/own-information.js';
import type { Conversation, Outgoing, SyncMode } from '../../../src/plugins/syncml/dialogue/conversation.js';
import { greetServer } from '../../../src/plugins/syncml/dialogue/greeting.js';
import type { ClientPlan } from '../../../src/plugins/syncml/dialogue/plan.js';
import { type Heard, hear, tell } from '../../plugins/syncml/dialogue/pair.js';
import { Remembered } from '../../plugins/syncml/dialogue/remembered.js';

/** What a client wants of one datastore in one session. */
export interface Wanted {
  readonly mode: SyncMode;
  readonly changes?: readonly Outgoing[];
}

/** What became of one datastore in one session. */
export interface Outcomes {
  /** As the server agreed to it. */
  readonly mode: SyncMode;
  /** Of our changes, by their keys. */
  readonly codes: ReadonlyMap<number, number>;
  /** The server's changes. Additions are taken under `luid-<the server's name>`. */
  readonly heard: readonly Heard[];
}

export interface ClientOptions {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly version?: Version;
  readonly encoding?: Encoding;
  readonly maxMessageSize?: number;
  readonly plan?: Partial<ClientPlan>;
}

/** Milliseconds for a session, which takes a hundred. */
const LIMIT = 60_000;

/** Our client as it is without stores: the dialogue over HTTP, and a memory that lasts as long as the test. */
export class DialogueClient {
  readonly memory = new Remembered();

  constructor(readonly options: ClientOptions) {}

  /** A session that got past its greeting. Fails as greetServer does. */
  async greet(wanted: Readonly<Record<string, Wanted>>, signal = AbortSignal.timeout(LIMIT)): Promise<Conversation> {
    const { url, user = 'alice', password = 'secret', maxMessageSize = 100_000, plan } = this.options;
    const { version = '1.2', encoding = 'wbxml' } = this.options;
    const carrier = await openHttpClient({ url }, { pauses: [10, 10] });
    const information = ownInformation({
      version,
      deviceId: 'cradle-1',
      role: 'client',
      software: '1',
      datastores: Object.keys(wanted).map((uri) => ({
        uri,
        types: uri === 'contacts' ? OWN_TYPES.contacts : OWN_TYPES.calendar,
      })),
    });
    try {
      return await greetServer(
        carrier,
        {
          uri: 'cradle-1',
          server: url,
          login: { user, password },
          version,
          encoding,
          information,
          memory: this.memory,
          datastores: Object.entries(wanted).map(([name, { mode }]) => ({ name, uri: name, mode })),
          maxMessageSize,
          maxObjectSize: 1_000_000,
          ...plan,
        },
        signal,
      );
    } catch (error) {
      await carrier[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A whole session: all of ours goes, all of theirs is taken. */
  async sync(wanted: Readonly<Record<string, Wanted>>): Promise<ReadonlyMap<string, Outcomes>> {
    const signal = AbortSignal.timeout(LIMIT);
    await using conversation = await this.greet(wanted, signal);
    const outcomes = [...conversation.datastores].map(async ([name, { mode }]): Promise<[string, Outcomes]> => {
      const changes = wanted[name]?.changes ?? [];
      const telling = changes.length === 0 ? new Map() : tell(conversation, name, changes, signal);
      const hearing = hear(conversation, name, signal, ({ kind, id }) =>
        kind === 'add' ? { code: 201, luid: `luid-${id}` } : { code: 200 },
      );
      const [codes, heard] = await Promise.all([telling, hearing]);
      return [name, { mode, heard, codes }];
    });
    const all = new Map(await Promise.all(outcomes));
    await conversation.finish(signal);
    return all;
  }

  /** The same with contacts alone. */
  async contacts(mode: SyncMode, changes: readonly Outgoing[] = []): Promise<Outcomes> {
    const outcomes = (await this.sync({ contacts: { mode, changes } })).get('contacts');
    if (outcomes === undefined) throw new Error('there was no session with contacts');
    return outcomes;
  }
}
