import { areKin, featuresOf, resemble } from '../content/kinship.js';
import type { Plain } from '../content/plain.js';
import type { Holdings } from './holdings.js';
import type { ItemRow } from './row.js';

/** What an item that comes in is to the replica. */
export type Meeting =
  /** This row, with nothing new but perhaps its name on the device. */
  | { readonly kind: 'same'; readonly row: ItemRow }
  | { readonly kind: 'edited'; readonly row: ItemRow }
  /** Nobody's. `former`: the row that had its name until now, and is something else. */
  | { readonly kind: 'new'; readonly former: ItemRow | undefined };

/** Recognises what a device sends, by its name there, by its content, and by kinship. */
export class Matcher {
  readonly #holdings: Holdings;
  /** All the device has is on its way: what is not marked yet may come under any name. */
  readonly #slow: boolean;
  /** What was sent and never got a name, by what it is kin to; made when first needed. */
  #astray: ReadonlyMap<string, ItemRow> | undefined;

  constructor(holdings: Holdings, slow: boolean) {
    this.#holdings = holdings;
    this.#slow = slow;
  }

  /** An item that the device says is new, or that it sends because it sends all. */
  newcomer(named: ItemRow | undefined, plain: Plain): Meeting {
    if (named?.problem === undefined && named?.likeness === plain.likeness.slice(0, 22))
      return { kind: 'same', row: named };
    const twin = this.#twin(plain.likeness, named);
    if (twin !== undefined) return { kind: 'same', row: twin };
    if (named !== undefined) {
      // A server's name of an item is never given to another; a phone's may be.
      const stays = this.#holdings.role === 'client' || named.problem !== undefined || this.#isEdit(named, plain);
      return stays ? { kind: 'edited', row: named } : { kind: 'new', former: named };
    }
    const relative = this.#relative(plain.kin);
    return relative === undefined ? { kind: 'new', former: undefined } : { kind: 'edited', row: relative };
  }

  /** Of the same content, and not yet met under another name. */
  #twin(likeness: string, named: ItemRow | undefined): ItemRow | undefined {
    if (!this.#slow && this.#holdings.role === 'client') return undefined;
    for (const row of this.#holdings.alike(likeness)) {
      if (row.id === named?.id || row.placement === 'shed') continue;
      if (this.#slow ? !this.#holdings.isMarked(row) : isAstray(row)) return row;
    }
    return undefined;
  }

  #isEdit(named: ItemRow, plain: Plain): boolean {
    return areKin(named.kin, plain.kin) || resemble(plain.type, this.#holdings.content(named.id).held, plain.body);
  }

  #relative(kin: string): ItemRow | undefined {
    if (kin === '' || this.#holdings.role === 'client') return undefined;
    this.#astray ??= new Map(
      [...this.#holdings.placed('unnamed'), ...this.#holdings.placed('sent')].flatMap((row) => {
        const { uid, name } = featuresOf(row.kin);
        return [
          ...(name === '' ? [] : [[`name:${name}`, row] as const]),
          ...(uid === '' ? [] : [[`uid:${uid}`, row] as const]),
        ];
      }),
    );
    const { uid, name } = featuresOf(kin);
    const found = this.#astray.get(`uid:${uid}`) ?? this.#astray.get(`name:${name}`);
    const now = found === undefined ? undefined : this.#holdings.find(found.id);
    return now !== undefined && isAstray(now) && !(this.#slow && this.#holdings.isMarked(now)) ? now : undefined;
  }
}

const isAstray = ({ placement }: ItemRow): boolean => placement === 'sent' || placement === 'unnamed';
