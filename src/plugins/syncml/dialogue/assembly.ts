import { STATUS } from './codes.js';

/** What tells the pieces of one large object from those of another. */
export interface PieceOf {
  readonly datastore: string;
  readonly command: string;
  readonly id: string;
}

export interface Piece {
  readonly bytes: Uint8Array;
  /** Of the whole, where this piece says. */
  readonly size: number | undefined;
  readonly more: boolean;
  /** Of the whole; the first piece says it. */
  readonly type: string;
  /** Line ends may have lost their carriage returns on the way, as they do in XML. */
  readonly text: boolean;
}

export type Assembled =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array; readonly type: string }
  | { readonly kind: 'part' }
  | { readonly kind: 'refused'; readonly code: number };

interface Open {
  readonly of: PieceOf;
  readonly size: number;
  readonly type: string;
  readonly pieces: Uint8Array[];
  received: number;
  /** Why the whole is refused, whatever may still come of it. */
  refusal: number | undefined;
}

/** Large objects as they come in: DS Protocol 1.2, section 6.10. Holds one at a time, and none larger than the limit. */
export class Assembly {
  #open: Open | undefined;

  constructor(readonly limit: number) {}

  /** What is under way, if anything. */
  get current(): PieceOf | undefined {
    return this.#open?.of;
  }

  continues(of: PieceOf): boolean {
    const open = this.#open?.of;
    return open !== undefined && open.datastore === of.datastore && open.command === of.command && open.id === of.id;
  }

  /** The rest will not come. */
  drop(): void {
    this.#open = undefined;
  }

  take(of: PieceOf, piece: Piece): Assembled {
    const open = this.continues(of) ? this.#open : undefined;
    if (open === undefined && !piece.more) {
      this.#open = undefined;
      if (piece.bytes.length > this.limit) return { kind: 'refused', code: STATUS.objectTooLarge };
      return { kind: 'whole', bytes: piece.bytes, type: piece.type };
    }
    const going = open ?? this.#begin(of, piece);
    this.#open = piece.more ? going : undefined;
    if (going.refusal === undefined) {
      going.pieces.push(piece.bytes);
      going.received += piece.bytes.length;
      if (going.received > going.size) this.#refuse(going, STATUS.wrongSize);
    }
    if (going.refusal !== undefined) return { kind: 'refused', code: going.refusal };
    if (piece.more) return { kind: 'part' };
    const bytes = Buffer.concat(going.pieces);
    const short = going.size - bytes.length;
    if (short !== 0 && !(piece.text && short === lostReturns(bytes)))
      return { kind: 'refused', code: STATUS.wrongSize };
    return { kind: 'whole', bytes, type: going.type };
  }

  #begin(of: PieceOf, { size, type }: Piece): Open {
    const going: Open = { of, size: size ?? 0, type, pieces: [], received: 0, refusal: undefined };
    if (size === undefined) this.#refuse(going, STATUS.sizeRequired);
    else if (size > this.limit) this.#refuse(going, STATUS.objectTooLarge);
    return going;
  }

  #refuse(going: Open, code: number): void {
    going.refusal = code;
    going.pieces.length = 0;
  }
}

/** Line feeds without a carriage return before them. */
function lostReturns(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) if (bytes[at - 1] !== 13) count++;
  return count;
}
