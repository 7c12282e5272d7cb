import assert from 'node:assert/strict';
import type { ClientCarrier } from '../../../../src/plugins/syncml/carrier/carrier.js';
import { messageOf, packetOf } from '../../../../src/plugins/syncml/dialogue/transcoder.js';
import type {
  Alert,
  Change,
  Command,
  Header,
  Item,
  Message,
  Status,
  Sync,
} from '../../../../src/plugins/syncml/message/message.js';

/** A client that says what the test wants said, word for word. */
export class RawClient {
  #messageId = 0;
  header: Partial<Header>;

  constructor(
    readonly carrier: ClientCarrier,
    readonly signal: AbortSignal,
    header: Partial<Header> = {},
  ) {
    this.header = header;
  }

  async say(commands: readonly Command[], final = true, header: Partial<Header> = {}): Promise<Message> {
    const message = this.message(commands, final, header);
    const encoding = 'wbxml';
    return messageOf(await this.carrier.exchange(packetOf(message, encoding), this.signal));
  }

  message(commands: readonly Command[], final = true, header: Partial<Header> = {}): Message {
    return {
      header: {
        version: '1.2',
        sessionId: '7',
        messageId: ++this.#messageId,
        target: { uri: 'http://server.example/syncml' },
        source: { uri: 'phone-1', name: 'alice' },
        meta: { maxMsgSize: 50_000, maxObjSize: 1_000_000 },
        ...this.header,
        ...header,
      },
      commands,
      final,
    };
  }
}

let lastId = 0;
const newId = (): string => String(++lastId);

export const alert = (code: number, more: Partial<Item> = {}, last?: string, next = 'next'): Alert => ({
  kind: 'Alert',
  id: newId(),
  code,
  items: [
    {
      target: { uri: 'contacts' },
      source: { uri: './phone' },
      meta: { anchor: { ...(last !== undefined && { last }), next } },
      ...more,
    },
  ],
});

export const change = (kind: Change['kind'], items: readonly Item[], more: Partial<Change> = {}): Change => ({
  kind,
  id: newId(),
  items,
  ...more,
});

export const add = (id: string, data: string, more: Partial<Item> = {}, whole: Partial<Change> = {}): Change =>
  change('Add', [{ source: { uri: id }, data, ...more }], { meta: { type: 'text/vcard' }, ...whole });

export const sync = (commands: readonly Command[], more: Partial<Sync> = {}): Sync => ({
  kind: 'Sync',
  id: newId(),
  target: { uri: 'contacts' },
  source: { uri: './phone' },
  commands,
  ...more,
});

/** The status of a SyncHdr: every message but the first begins with one. */
export const ok = (message: Message, commandRef = '0', command = 'SyncHdr', code = 200): Status => ({
  kind: 'Status',
  id: newId(),
  messageRef: String(message.header.messageId),
  commandRef,
  command,
  targetRefs: [],
  sourceRefs: [],
  code,
  items: [],
});

/** Statuses for everything in a message that wants one. */
export function answersTo(message: Message, code = 200): readonly Status[] {
  const answers: Status[] = [ok(message)];
  const visit = (commands: readonly Command[]): void => {
    for (const command of commands) {
      if (command.kind !== 'Status') answers.push(ok(message, command.id, command.kind, code));
      if ('commands' in command) visit(command.commands);
    }
  };
  visit(message.commands);
  return answers;
}

export const statuses = (message: Message): readonly Status[] =>
  message.commands.filter((one): one is Status => one.kind === 'Status');

/** The status that answers a command. */
export function statusOf(message: Message, command: { readonly id: string }): Status {
  const found = statuses(message).filter((one) => one.commandRef === command.id);
  assert.equal(found.length, 1, `${found.length} statuses for the command ${command.id}`);
  const [status] = found;
  assert(status !== undefined);
  return status;
}

export const headerStatus = (message: Message): number | undefined =>
  statuses(message).find((one) => one.commandRef === '0')?.code;

export const of = <Kind extends Command['kind']>(
  message: Message,
  kind: Kind,
): readonly (Command & { readonly kind: Kind })[] =>
  message.commands.filter((one): one is Command & { readonly kind: Kind } => one.kind === kind);

/** A server that says what the test wants said: for each message of the client the commands of its reply. */
export function rawServer(
  reply: (message: Message, at: number) => Partial<Message> & { readonly head?: Partial<Header> },
): ClientCarrier & { readonly heard: Message[]; readonly redirects: (string | undefined)[] } {
  const heard: Message[] = [];
  const redirects: (string | undefined)[] = [];
  return {
    heard,
    redirects,
    async exchange(packet) {
      const message = messageOf(packet);
      heard.push(message);
      const { commands = [], final = true, head = {} } = reply(message, heard.length);
      const header: Header = {
        version: message.header.version,
        sessionId: message.header.sessionId,
        messageId: heard.length,
        target: message.header.source,
        source: message.header.target,
        meta: { maxMsgSize: 50_000, maxObjSize: 1_000_000 },
        ...head,
      };
      return packetOf({ header, commands, final }, 'wbxml');
    },
    redirect: (uri) => {
      redirects.push(uri);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
