import type { Packet } from '../../../src/plugins/syncml/carrier/carrier.js';
import { decodeDocument, encodeDocument } from '../../../src/plugins/syncml/codec/codec.js';
import type { Element } from '../../../src/plugins/syncml/codec/document.js';
import { DEVINF_TYPES, encodingOf, MESSAGE_TYPES } from '../../../src/plugins/syncml/codec/media-types.js';
import type { Command, Item, Message, Results, Status } from '../../../src/plugins/syncml/message/message.js';
import { readMessage, writeMessage } from '../../../src/plugins/syncml/message/message-tree.js';
import type { PhoneHabits } from './habits.js';
import type { Partnership } from './partnership.js';
import { proof } from './proof.js';
import { SyncedStore } from './synced-store.js';

/** What a session is about, and with whom. */
export interface Invitation {
  readonly sessionId: string;
  readonly server: string;
  /** The server's name of a datastore, and ours. */
  readonly pairs: readonly { readonly theirs: string; readonly partnership: Partnership }[];
}

interface SessionParts {
  readonly invitation: Invitation;
  readonly habits: PhoneHabits;
  readonly imei: string;
  readonly information: () => Element;
  /** What the server gave for the next proof. */
  readonly nonce: Uint8Array;
}

/** Proofs offered before it gives up. */
const MOST_PROOFS = 3;
/** Bytes that the head of a message takes at most, and each status that it begins with. */
const HEAD_ROOM = 400;
const STATUS_ROOM = 60;

/**
 * One SyncML session as a telephone leads it, in the words of the Sync Protocol 1.1: `greeting` is package 1, `telling`
 * package 3, `listening` package 4, `closing` package 5. It says something, hears the answer, and so on.
 */
export class SyncSession {
  /** Status codes that its changes got, in the order in which they came. */
  readonly statuses: { readonly luid: string; readonly code: number }[] = [];
  readonly stores: readonly SyncedStore[];
  /** What went wrong, in a sentence; undefined as long as nothing did. */
  failure: string | undefined;
  /** Where the server wants the following messages, if it said so. */
  respUri: string | undefined;
  nonce: Uint8Array;
  readonly #parts: SessionParts;
  #step: 'greeting' | 'telling' | 'listening' | 'closing' | 'over' = 'greeting';
  #said = 0;
  #replies = 0;
  #again = false;
  /** The reply that got lost on its way: the next has to be the same. */
  #lost: Uint8Array | undefined;
  #last: Packet | undefined;
  /** Its alerts are out. */
  #introduced = false;
  #wholeTold = false;
  #proofs = 0;
  #owed: ((id: string) => Command)[] = [];
  /** Its own commands, by message and id. */
  readonly #commands = new Map<string, { readonly store: SyncedStore; readonly luid?: string }>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.nonce = parts.nonce;
    const { habits, invitation } = parts;
    this.stores = invitation.pairs.map(({ partnership, theirs }) => new SyncedStore(partnership, theirs, habits));
  }

  get isOver(): boolean {
    return this.#step === 'over';
  }

  /** Messages that it has said, each counted once. */
  get said(): number {
    return this.#said;
  }

  /** Replies that it has heard, lost ones too. */
  get heard(): number {
    return this.#replies;
  }

  /** Its next message; undefined when it has nothing more to say. */
  say(): Packet | undefined {
    if (this.isOver) return undefined;
    if (!this.#again || this.#last === undefined) this.#last = this.#compose();
    this.#again = false;
    return this.#last;
  }

  hear(packet: Packet): void {
    const { habits, invitation, imei } = this.#parts;
    this.#replies++;
    if (this.#replies === habits.losesReply) {
      this.#again = true;
      this.#lost = packet.bytes;
      return;
    }
    const lost = this.#lost;
    this.#lost = undefined;
    if (lost !== undefined && Buffer.compare(lost, packet.bytes) !== 0) {
      this.#fail('the same message got another reply the second time');
      return;
    }
    const encoding = encodingOf(packet.contentType);
    if (encoding === undefined) {
      this.#fail(`the server answers in ${packet.contentType}`);
      return;
    }
    if (packet.bytes.byteLength > habits.maxMessageSize) {
      this.#fail(`a message has ${packet.bytes.byteLength} bytes, more than this telephone takes`);
      return;
    }
    const { header, commands, final } = readMessage(decodeDocument(packet.bytes, encoding));
    if (header.sessionId !== invitation.sessionId) {
      this.#fail('the answer is of another session');
      return;
    }
    this.respUri = header.respUri ?? this.respUri;
    this.#owed = [];
    this.#owe(header.messageId, { kind: 'SyncHdr', id: '0' }, 200, {
      target: { uri: imei },
      source: { uri: header.source.uri },
    });
    for (const command of commands) this.#hearCommand(command, header.messageId);
    this.#advance(final);
  }

  #advance(final: boolean): void {
    const alive = this.stores.filter(({ refused }) => !refused);
    switch (this.#step) {
      case 'greeting':
        if (!final || !this.#introduced) return;
        if (alive.length === 0) {
          this.#fail('the server has none of it');
          return;
        }
        this.#step = 'telling';
        for (const store of alive) store.begin();
        this.#parts.habits.meanwhile?.();
        return;
      case 'telling':
        if (this.#wholeTold) this.#step = final ? 'closing' : 'listening';
        return;
      case 'listening':
        if (final) this.#step = 'closing';
        return;
      case 'closing':
        this.#step = final ? 'over' : 'listening';
        if (final) for (const store of alive) store.finish();
    }
  }

  #fail(sentence: string): void {
    this.failure ??= sentence;
    this.#step = 'over';
  }

  #compose(): Packet {
    const { habits, invitation, imei } = this.#parts;
    this.#said++;
    const commands: Command[] = [];
    let numbers = 0;
    const number = (): string => String(++numbers);
    for (const one of this.#owed) commands.push(one(number()));
    const greets = this.#step === 'greeting' && !this.#introduced;
    let final = true;
    if (greets) this.#greet(commands, number);
    else if (this.#step === 'telling') final = this.#tell(commands, number);
    else if (this.#step === 'closing')
      for (const store of this.stores) {
        const map = store.map(number());
        if (map !== undefined) commands.push(map);
      }
    else {
      const items = [{ target: { uri: invitation.server }, source: { uri: imei } }];
      commands.push({ kind: 'Alert', id: number(), code: 222, items });
      final = false;
    }
    const { login, version } = habits;
    const credentials = greets && login !== undefined ? proof(login, version, this.nonce) : undefined;
    const message: Message = {
      header: {
        version: habits.version,
        sessionId: invitation.sessionId,
        messageId: this.#said,
        target: { uri: invitation.server },
        source: { uri: imei, ...(habits.login === undefined ? {} : { name: habits.login.user }) },
        ...(credentials === undefined ? {} : { credentials }),
        meta: { maxMsgSize: habits.maxMessageSize },
      },
      commands,
      final,
    };
    return {
      contentType: MESSAGE_TYPES[habits.encoding],
      bytes: encodeDocument(writeMessage(message), habits.encoding, habits.version),
    };
  }

  #greet(commands: Command[], number: () => string): void {
    const { habits } = this.#parts;
    if (habits.information !== 'none') commands.push({ kind: 'Put', id: number(), ...this.#introduction() });
    for (const store of this.stores) {
      if (store.refused) continue;
      const id = number();
      commands.push({ kind: 'Alert', id, ...store.alert() });
      this.#commands.set(`${this.#said}/${id}`, { store });
    }
    this.#introduced = true;
  }

  /** As much as a message holds; true when that was all. */
  #tell(commands: Command[], number: () => string): boolean {
    let room = this.#parts.habits.maxMessageSize - HEAD_ROOM - STATUS_ROOM * this.#owed.length;
    for (const store of this.stores) {
      if (store.refused || store.isTold) continue;
      const { sync, left, luids } = store.tell(room, number);
      commands.push(sync);
      for (const [id, luid] of luids) this.#commands.set(`${this.#said}/${id}`, { store, luid });
      room = left;
      if (!store.isTold) return false;
    }
    this.#wholeTold = true;
    return true;
  }

  #introduction(): Pick<Results, 'meta' | 'items'> {
    const { habits, information } = this.#parts;
    const uri = `./devinf${habits.version.replace('.', '')}`;
    return { meta: { type: DEVINF_TYPES[habits.encoding] }, items: [{ source: { uri }, data: information() }] };
  }

  #owe(message: number, to: { readonly kind: string; readonly id: string }, code: number, item: Item = {}): void {
    this.#owed.push((id) => ({
      kind: 'Status',
      id,
      messageRef: String(message),
      commandRef: to.id,
      command: to.kind,
      targetRefs: item.target === undefined ? [] : [item.target.uri],
      sourceRefs: item.source === undefined ? [] : [item.source.uri],
      code,
      items: [],
    }));
  }

  #hearCommand(command: Command, message: number, inside?: SyncedStore): void {
    const owe = (code: number, item?: Item): void => this.#owe(message, command, code, item);
    switch (command.kind) {
      case 'Status':
        if (command.commandRef === '0') this.#hearVerdict(command);
        else this.#hearStatus(command);
        return;
      case 'Alert': {
        const [item] = command.items;
        if (command.code === 201) this.#storeNamed(item?.target?.uri)?.becomeSlow();
        owe(200, item);
        return;
      }
      case 'Get': {
        owe(200, command.items[0]);
        const messageRef = String(message);
        this.#owed.push((id) => ({ kind: 'Results', id, messageRef, commandRef: command.id, ...this.#introduction() }));
        return;
      }
      case 'Sync': {
        const store = this.#storeNamed(command.target?.uri);
        owe(store === undefined ? 404 : 200, itemOf(command));
        for (const one of command.commands) this.#hearCommand(one, message, store);
        return;
      }
      case 'Sequence':
      case 'Atomic':
        owe(200);
        for (const one of command.commands) this.#hearCommand(one, message, inside);
        return;
      case 'Add':
      case 'Replace':
      case 'Delete':
        for (const item of command.items) owe(inside?.change(command.kind, item) ?? 405, item);
        return;
      case 'Put':
      case 'Results':
      case 'Map':
        owe(200);
        return;
      default:
        owe(406);
    }
  }

  /** On the session as a whole. */
  #hearVerdict({ code, challenge }: Status): void {
    this.nonce = challenge?.nextNonce ?? this.nonce;
    if (code === 401 || code === 407) {
      this.#introduced = false;
      if (++this.#proofs >= MOST_PROOFS || this.#parts.habits.login === undefined)
        this.#fail(`the server does not let it in (${code})`);
    } else if (code >= 300) this.#fail(`the server refuses the session with ${code}`);
  }

  #hearStatus({ messageRef, commandRef, command, code }: Status): void {
    const { store, luid } = this.#commands.get(`${messageRef}/${commandRef}`) ?? {};
    if (luid !== undefined) this.statuses.push({ luid, code });
    else if (command !== 'Alert' || store === undefined) return;
    else if (code === 508) store.becomeSlow();
    else if (code >= 400 && code !== 401 && code !== 407) store.refused = true;
  }

  #storeNamed(uri: string | undefined): SyncedStore | undefined {
    return this.stores.find(({ partnership }) => partnership.store.shelf.uri === uri);
  }
}

function itemOf({ target, source }: Item): Item {
  return { ...(target === undefined ? {} : { target }), ...(source === undefined ? {} : { source }) };
}
