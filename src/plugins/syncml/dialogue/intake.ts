import type { Change, Command, Item } from '../message/message.js';
import type { Answer, Part } from './answers.js';
import { type Assembled, Assembly, type PieceOf } from './assembly.js';
import { AtomicBatch, Batch } from './batch.js';
import { bytesOfData, typeOfItem } from './cargo.js';
import { STATUS, takesFromClient, takesFromServer } from './codes.js';
import type { Content, Incoming } from './conversation.js';
import type { Track } from './track.js';

/** What an intake needs of the dialogue around it. */
export interface IntakeHost {
  readonly role: 'client' | 'server';
  readonly encoding: 'xml' | 'wbxml';
  owe(command: Command): Answer;
  /** Commands that are no change of an item. */
  process(command: Command): void;
  /** The end of a large object never came: Alert 223. */
  missEnd(of: PieceOf): void;
}

type Examined = { readonly change: Parameters<Batch['add']>[0] } | { readonly code: number };

const KINDS = { Add: 'add', Replace: 'replace', Delete: 'delete', Copy: 'copy', Move: 'move' } as const;

/** Makes batches of the changes that stand in a Sync, and answers at once what cannot be handed on. */
export class Intake {
  readonly #assembly: Assembly;
  #batch: { readonly track: Track; readonly batch: Batch } | undefined;

  constructor(
    readonly host: IntakeHost,
    maxObjectSize: number,
  ) {
    this.#assembly = new Assembly(maxObjectSize);
  }

  take(track: Track, commands: readonly Command[]): void {
    for (const command of commands)
      switch (command.kind) {
        case 'Add':
        case 'Replace':
        case 'Delete':
        case 'Copy':
        case 'Move':
          this.#change(track, command, () => this.#batchOf(track));
          break;
        case 'Sequence':
          this.host.owe(command).part(undefined, undefined, STATUS.ok);
          this.take(track, command.commands);
          break;
        case 'Atomic':
          this.flush();
          this.#atomic(track, this.host.owe(command).part(undefined, undefined), command.commands);
          break;
        default:
          this.host.process(command);
      }
  }

  /** Hands on what has come. */
  flush(): void {
    if (this.#batch !== undefined) this.#batch.track.deliver(this.#batch.batch);
    this.#batch = undefined;
  }

  /** The package is over, so no piece can be missing any more. */
  end(): void {
    this.#interrupt();
  }

  #batchOf(track: Track): Batch {
    if (this.#batch?.track !== track) {
      this.flush();
      this.#batch = { track, batch: new Batch(naming(track)) };
    }
    return this.#batch.batch;
  }

  #atomic(track: Track, whole: Part, commands: readonly Command[]): void {
    const batch = new AtomicBatch(naming(track), whole);
    let refused = false;
    const members = (list: readonly Command[]): void => {
      for (const command of list)
        switch (command.kind) {
          case 'Add':
          case 'Replace':
          case 'Delete':
          case 'Copy':
          case 'Move':
            if (!this.#change(track, command, () => batch)) refused = true;
            break;
          case 'Sequence':
            this.host.owe(command).part(undefined, undefined, STATUS.ok);
            members(command.commands);
            break;
          case 'Atomic':
            // Representation Protocol 1.2, section 6.5.3: an Atomic within an Atomic is an error.
            this.host.owe(command).part(undefined, undefined, STATUS.failed);
            refused = true;
            break;
          default:
            this.host.process(command);
        }
    };
    members(commands);
    if (refused) batch.refuse();
    else if (batch.changes.length === 0) whole.code = STATUS.ok;
    else track.deliver(batch);
  }

  /** False where one of the items was turned away. */
  #change(track: Track, command: Change, batch: () => Batch): boolean {
    const answer = this.host.owe(command);
    if (command.items.length === 0) answer.part(undefined, undefined, STATUS.incomplete);
    let taken = command.items.length > 0;
    for (const item of command.items) {
      const part = answer.part(item.target?.uri, item.source?.uri);
      const examined = this.#examine(track, command, item);
      if ('change' in examined) batch().add(examined.change, part);
      else {
        part.code = examined.code;
        taken = false;
      }
    }
    return taken;
  }

  #examine(track: Track, command: Change, item: Item): Examined {
    const { mode } = track;
    const takes = this.host.role === 'server' ? takesFromClient(mode) : takesFromServer(mode);
    if (!takes) return { code: STATUS.forbidden };
    const { kind, id } = this.#named(command, item);
    const target = item.target?.uri ?? item.targetParent;
    switch (kind) {
      case 'add':
      case 'replace': {
        const content = this.#content(track, command, item, id);
        return typeof content === 'number' ? { code: content } : { change: { kind, id, content } };
      }
      case 'delete':
        this.#interrupt();
        return { change: { kind, id, ...(command.softDelete === true && { soft: true }) } };
      case 'copy':
      case 'move':
        this.#interrupt();
        return { change: { kind, id, ...(target !== undefined && { target }) } };
    }
  }

  /** Who gave the name depends on who speaks. */
  #named(command: Change, { source, target }: Item): { readonly kind: Incoming['kind']; readonly id: string } {
    const kind = KINDS[command.kind];
    const theirs = source?.uri ?? target?.uri ?? '';
    if (this.host.role === 'server' || kind === 'add' || kind === 'copy') return { kind, id: theirs };
    // A server that lost our name for an item replaces what we do not have.
    if (kind === 'replace' && target === undefined) return { kind: 'add', id: theirs };
    return { kind, id: target?.uri ?? (kind === 'move' ? theirs : '') };
  }

  #content(track: Track, command: Change, item: Item, id: string): Content | number {
    const of: PieceOf = { datastore: track.name, command: command.kind, id };
    if (!this.#assembly.continues(of)) this.#interrupt();
    if (item.meta?.fieldLevel === true || command.meta?.fieldLevel === true) return STATUS.unsupported;
    const bytes = bytesOfData(item.data);
    if (bytes === undefined) return STATUS.unknownType;
    const assembled: Assembled = this.#assembly.take(of, {
      bytes,
      size: item.meta?.size ?? command.meta?.size,
      more: item.moreData === true,
      type: typeOfItem(item, command),
      text: this.host.encoding === 'xml' && typeof item.data === 'string',
    });
    switch (assembled.kind) {
      case 'whole':
        return { type: assembled.type, bytes: assembled.bytes };
      case 'part':
        return STATUS.chunkTaken;
      case 'refused':
        return assembled.code;
    }
  }

  #interrupt(): void {
    const { current } = this.#assembly;
    if (current === undefined) return;
    this.#assembly.drop();
    this.host.missEnd(current);
  }
}

const naming =
  (track: Track) =>
  (arrival: { readonly kind: string; readonly id: string }, luid: string): void => {
    if (arrival.kind === 'add') track.maps.push({ target: arrival.id, source: luid });
  };
