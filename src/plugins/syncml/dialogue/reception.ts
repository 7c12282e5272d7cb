import type { Encoding } from '../codec/document.js';
import type {
  Alert,
  Command,
  Header,
  Item,
  MapCommand,
  Message,
  Put,
  Results,
  Status,
  Sync,
} from '../message/message.js';
import { Answer, type Answers } from './answers.js';
import type { PieceOf } from './assembly.js';
import { ALERT, STATUS } from './codes.js';
import { Intake } from './intake.js';
import type { Introductions } from './introductions.js';
import type { Ends, Track } from './track.js';

/** What a role makes of what comes in. */
export interface Listener {
  readonly role: 'client' | 'server';
  readonly encoding: Encoding;
  readonly maxObjectSize: number;
  readonly answers: Answers;
  readonly introductions: Introductions;
  trackOf(sync: Ends): Track | undefined;
  headerAnswered(status: Status): void;
  statusCame(status: Status): void;
  /** An Alert on a datastore: a sync mode, or a resumption. */
  alerted(alert: Alert, item: Item, answer: Answer): void;
  suspended(): void;
  /** 200 where a Sync may be taken in now; else what refuses it. */
  opened(track: Track): number;
  mapped(command: MapCommand, answer: Answer): void;
  /** Device information is asked for by this command. */
  asked(messageRef: string, commandRef: string): void;
  /** Device information came. */
  introduced(): void;
  missEnd(of: PieceOf): void;
}

/** Takes messages apart, command by command, and sees to it that each is answered. */
export class Reception {
  readonly #listener: Listener;
  readonly #intake: Intake;
  /** MsgID of the message that is being taken in, or was last. */
  messageId = 0;
  #isSilent = false;

  constructor(listener: Listener) {
    this.#listener = listener;
    const { role, encoding, maxObjectSize } = listener;
    this.#intake = new Intake(
      {
        role,
        encoding,
        owe: (command) => this.#owe(command),
        process: (command) => this.#process(command),
        missEnd: (of) => listener.missEnd(of),
      },
      maxObjectSize,
    );
  }

  /** Gives the answer to the SyncHdr. */
  header({ messageId, noResp, target, source }: Header, code: number): Answer {
    this.messageId = messageId;
    this.#isSilent = noResp === true;
    const question = { messageRef: String(messageId), commandRef: '0', command: 'SyncHdr' };
    const answer = this.#isSilent ? new Answer(question) : this.#listener.answers.owe(question);
    answer.part(target.uri, source.uri, code);
    return answer;
  }

  body({ commands, final }: Message): void {
    for (const command of commands) this.#process(command);
    this.#intake.flush();
    if (final) this.#intake.end();
  }

  /** The answer that a command is owed; where it wants none, one that goes nowhere. */
  #owe(command: Command): Answer {
    const name = command.kind === 'Faulty' ? command.name : command.kind;
    const question = { messageRef: String(this.messageId), commandRef: command.id, command: name };
    const isSilent = this.#isSilent || command.noResp === true || command.id === '';
    return isSilent ? new Answer(question) : this.#listener.answers.owe(question);
  }

  #process(command: Command): void {
    const listener = this.#listener;
    switch (command.kind) {
      case 'Status':
        if (command.commandRef === '0') listener.headerAnswered(command);
        else listener.statusCame(command);
        return;
      case 'Alert':
        this.#alert(command);
        return;
      case 'Sync':
        this.#sync(command);
        return;
      case 'Map':
        listener.mapped(command, this.#owe(command));
        return;
      case 'Put':
        this.#put(command);
        return;
      case 'Get':
        this.#get(command);
        return;
      case 'Results':
        this.#results(command);
        return;
      case 'Sequence':
        this.#owe(command).part(undefined, undefined, STATUS.ok);
        for (const one of command.commands) this.#process(one);
        return;
      case 'Atomic':
        this.#atomic(command, command.commands);
        return;
      case 'Faulty':
        this.#owe(command).part(undefined, undefined, command.code);
        return;
      case 'Exec':
      case 'Search':
        this.#refuse(command, STATUS.unsupported);
        return;
      default:
        // A change belongs into a Sync.
        this.#refuse(command, STATUS.notAllowed);
    }
  }

  /** The command, and all within it, is not done. */
  #refuse(command: Command, code: number): void {
    if (command.kind === 'Status') return;
    const answer = this.#owe(command);
    const items = 'items' in command && command.kind !== 'Map' ? command.items : [];
    for (const { target, source } of items) answer.part(target?.uri, source?.uri, code);
    const whole = 'target' in command ? command : undefined;
    if (items.length === 0) answer.part(whole?.target?.uri, whole?.source?.uri, code);
    if ('commands' in command) for (const one of command.commands) this.#refuse(one, code);
  }

  #alert(alert: Alert): void {
    const answer = this.#owe(alert);
    const { code, items } = alert;
    const [first] = items;
    if (code === ALERT.resume || (code >= 200 && code <= 210)) {
      if (first === undefined) answer.part(undefined, undefined, STATUS.incomplete);
      for (const item of items) this.#listener.alerted(alert, item, answer);
      return;
    }
    const isKnown =
      code === ALERT.next || code === ALERT.endMissing || code === ALERT.display || code === ALERT.suspend;
    answer.part(first?.target?.uri, first?.source?.uri, isKnown ? STATUS.ok : STATUS.unsupported);
    if (code === ALERT.suspend) this.#listener.suspended();
  }

  #sync(sync: Sync): void {
    const { target, source, numberOfChanges, meta } = sync;
    const track = this.#listener.trackOf(sync);
    const code = track === undefined ? STATUS.notFound : this.#listener.opened(track);
    if (track === undefined || code !== STATUS.ok) {
      this.#refuse(sync, code);
      return;
    }
    if (numberOfChanges !== undefined) track.expected = numberOfChanges;
    if (meta?.mem !== undefined) track.outlet.space = meta.mem;
    this.#owe(sync).part(target?.uri, source?.uri, STATUS.ok);
    this.#intake.take(track, sync.commands);
  }

  #atomic(command: Command, members: readonly Command[]): void {
    // What of it would have to be taken back again cannot be told for more than one datastore.
    const isMixed = members.some((one) => one.kind === 'Sync' || one.kind === 'Atomic');
    if (isMixed) {
      this.#refuse(command, STATUS.unsupported);
      return;
    }
    this.#owe(command).part(undefined, undefined, STATUS.ok);
    for (const one of members) this.#process(one);
  }

  #put(put: Put): void {
    const answer = this.#owe(put);
    if (put.items.length === 0) answer.part(undefined, undefined, STATUS.incomplete);
    for (const { target, source, data } of put.items)
      answer.part(target?.uri, source?.uri, this.#learn(data) ? STATUS.ok : STATUS.unsupported);
  }

  #get(get: Put): void {
    const answer = this.#owe(get);
    if (get.items.length === 0) answer.part(undefined, undefined, STATUS.incomplete);
    for (const { target, source } of get.items) {
      const isKnown = this.#listener.introductions.isAskedFor(target?.uri);
      answer.part(target?.uri, source?.uri, isKnown ? STATUS.ok : STATUS.notFound);
      if (isKnown) this.#listener.asked(String(this.messageId), get.id);
    }
  }

  #results(results: Results): void {
    const answer = this.#owe(results);
    if (results.items.length === 0) answer.part(undefined, undefined, STATUS.ok);
    for (const { target, source, data } of results.items)
      answer.part(target?.uri, source?.uri, this.#learn(data) ? STATUS.ok : STATUS.unsupported);
  }

  #learn(data: Item['data']): boolean {
    const isKnown = this.#listener.introductions.learn(data);
    if (isKnown) this.#listener.introduced();
    return isKnown;
  }
}
