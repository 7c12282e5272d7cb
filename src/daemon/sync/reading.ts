import { asCradleError, CradleError, type ErrorCode } from '../../dbus/errors.js';
import { digestOf, isLarge, sizeOf } from '../../plugins/body.js';
import type { Item } from '../../plugins/contract.js';
import type { Job, Side } from './job.js';
import type { Sight } from './scan.js';

/** Small bodies read while comparing are held up to this many bytes, so that they need not be read again to be copied. */
const HELD_LIMIT = 16 * 1024 * 1024;

/** These concern one item; any other failure of a read concerns the store. */
const OF_AN_ITEM: ReadonlySet<ErrorCode> = new Set([
  'InvalidItem',
  'ItemChanged',
  'NotFound',
  'Failed',
  'Unsupported',
  'LimitsExceeded',
]);

/** One item that cannot be read now; the others go on. */
export class Unreadable extends Error {}

/** Reads items for a comparison, each as seldom as possible. */
export class Reading {
  readonly #job: Job;
  readonly #signal: AbortSignal;
  #held = 0;

  constructor(job: Job, signal: AbortSignal) {
    this.#job = job;
    this.#signal = signal;
  }

  /** Undefined when it is no more. Fails with Unreadable when only this item is to blame. */
  async item(side: Side, sight: Sight): Promise<Item | undefined> {
    if (sight.item !== undefined) return sight.item;
    return fairly(async () => {
      const item = await this.#job[side].read(sight.ref.id, this.#signal);
      if (item === undefined) return undefined;
      const size = isLarge(item.body) ? 0 : sizeOf(item.body);
      if (this.#held + size <= HELD_LIMIT) {
        this.#held += size;
        sight.item = item;
      }
      return item;
    });
  }

  async digest(side: Side, sight: Sight): Promise<string | undefined> {
    if (sight.digest !== undefined) return sight.digest;
    const item = await this.item(side, sight);
    if (item === undefined) return undefined;
    sight.digest = await fairly(() => digestOf(item.body, this.#signal));
    return sight.digest;
  }

  async likeness(side: Side, sight: Sight): Promise<string | undefined> {
    if (sight.likeness !== undefined) return sight.likeness;
    const item = await this.item(side, sight);
    if (item === undefined) return undefined;
    // Loaded when there are texts to compare: music and pictures have no use for it.
    const { likeness } = await import('../../plugins/formats/likeness.js');
    sight.likeness = await fairly(() => likeness(item, this.#signal));
    return sight.likeness;
  }
}

/** Fails with Unreadable when only the item is to blame, with a CradleError otherwise. */
export async function fairly<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof CradleError && OF_AN_ITEM.has(thrown.code)) throw new Unreadable(thrown.message);
    throw asCradleError(thrown, 'PluginFailed');
  }
}

/** Runs the work for each, a few at a time; after a failure no more are begun, and those under way are waited for. */
export async function inParallel<T>(
  things: Iterable<T>,
  limit: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const iterator = things[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: limit }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
