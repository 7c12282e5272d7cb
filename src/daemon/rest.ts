import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { native } from '../hal/native.js';

/** Milliseconds of quiet after which memory is given back. */
const QUIET = 10_000;
/** V8 gives its young generation back only when it has lately allocated little; the second time that is certain. */
const PASSES = 2;

/**
 * Gives memory back when work is done. V8 collects when it needs room, and malloc keeps what it once had: a daemon that
 * synced a hundred thousand files would stay as large as that for weeks.
 */
export class Rest implements Disposable {
  readonly #relax: () => void;
  readonly #quiet: number;
  #timer: NodeJS.Timeout | undefined;
  #passes = 0;

  constructor(relax: () => void = giveBack, quiet: number = QUIET) {
    this.#relax = relax;
    this.#quiet = quiet;
  }

  /** Something was done; memory is given back once nothing more has been done for a while. */
  worked(): void {
    this.#passes = PASSES;
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#ring(), this.#quiet).unref();
    else this.#timer.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #ring(): void {
    this.#relax();
    this.#passes -= 1;
    if (this.#passes > 0) this.#timer?.refresh();
    else this.#timer = undefined;
  }
}

let collect: (() => void) | undefined;

/** Two collections: the second one gets what finalizers of the first let go of. */
function giveBack(): void {
  if (collect === undefined) native().spareMemory();
  collect ??= collector();
  // Pages are given back whole, so what lives has to move together.
  setFlagsFromString('--compact-on-every-full-gc');
  collect();
  collect();
  setFlagsFromString('--no-compact-on-every-full-gc');
  native().trimMemory();
}

/** What `node --expose-gc` would give: how a daemon is started is not ours to say. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof found === 'function' ? () => void found() : () => {};
}
