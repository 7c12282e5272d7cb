import { setTimeout as pause } from 'node:timers/promises';
import { CradleError } from '../../dbus/errors.js';
import { type Body, SMALL_BODY } from '../body.js';
import { stopIfCancelled } from '../cancel.js';
import type { Item } from '../contract.js';
import { mediaTypeOf } from '../media-types.js';
import { failureOf } from './failures.js';
import type { Layout } from './layout.js';
import { nowNs, type Revisions, SETTLING_MS, type Status, sameMoment } from './revision.js';
import type { Root } from './root.js';

/** Times a file that is being written is looked at again. */
const ATTEMPTS = 5;
const CHUNK = 512 * 1024;

/** Reads items: each wholly of one moment, or not at all. */
export class Reader {
  readonly #root: Root;
  readonly #layout: Layout;
  readonly #revisions: Revisions;

  constructor(root: Root, layout: Layout, revisions: Revisions) {
    this.#root = root;
    this.#layout = layout;
    this.#revisions = revisions;
  }

  /** Undefined when there is no such item. Fails with ItemChanged while somebody keeps writing it. */
  async read(path: string, signal: AbortSignal): Promise<Item | undefined> {
    const { files } = this.#root;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      stopIfCancelled(signal, `reading ${this.#root.full(path)}`);
      const fd = await this.#root.openFile(path);
      if (fd === undefined) return undefined;
      let wait = 0;
      try {
        const status = await files.fstat(fd);
        if (!status.isFile()) return undefined;
        // A change in this very tick would leave no trace: let the tick pass first.
        wait = this.#revisions.settlesIn(status, nowNs());
        const patient = wait > SETTLING_MS && status.size <= BigInt(SMALL_BODY);
        if (wait === 0 || patient) {
          const body = await (patient ? this.#twice(path, fd, status) : this.#body(path, fd, status));
          if (body !== undefined) return this.#item(path, status, body);
        }
      } catch (error) {
        throw failureOf(error, { doing: 'read', path: this.#root.full(path) });
      } finally {
        await files.close(fd);
      }
      // An abort ends the pause early; the next round says so.
      if (wait > 0) await pause(wait, undefined, { signal }).catch(() => undefined);
    }
    throw this.#changing(path);
  }

  async #body(path: string, fd: number, status: Status): Promise<Body | undefined> {
    const size = Number(status.size);
    if (size > SMALL_BODY) return { size, open: (signal) => this.#stream(path, status, signal) };
    const bytes = Buffer.allocUnsafe(size);
    let at = 0;
    while (at < size) {
      const read = await this.#root.files.read(fd, bytes, at, size - at, at);
      if (read === 0) return undefined;
      at += read;
    }
    return sameMoment(status, await this.#root.files.fstat(fd)) ? bytes : undefined;
  }

  /** Where a tick takes seconds: read again a moment later, and found the same, is as good as waiting for its end. */
  async #twice(path: string, fd: number, status: Status): Promise<Body | undefined> {
    const first = await this.#body(path, fd, status);
    await pause(SETTLING_MS);
    const second = await this.#body(path, fd, status);
    const same = first instanceof Uint8Array && second instanceof Uint8Array && Buffer.compare(first, second) === 0;
    return same ? second : undefined;
  }

  #item(path: string, status: Status, body: Body): Item {
    const name = this.#layout.nameOf(path);
    return {
      contentType: mediaTypeOf(path),
      body,
      summary: name.slice(name.lastIndexOf('/') + 1),
      name,
      modified: status.mtimeNs / 1000n,
    };
  }

  async *#stream(path: string, status: Status, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { files } = this.#root;
    const fd = await this.#root.openFile(path);
    if (fd === undefined) throw new CradleError('ItemChanged', `${this.#root.full(path)} is not there any more`);
    try {
      let at = 0;
      for (;;) {
        stopIfCancelled(signal, `reading ${this.#root.full(path)}`);
        // Before each chunk is given away, so that what follows the last is known to be whole.
        const chunk = Buffer.allocUnsafe(CHUNK);
        const read = await files.read(fd, chunk, 0, CHUNK, null);
        if (!sameMoment(status, await files.fstat(fd))) throw this.#changing(path);
        if (read === 0) break;
        at += read;
        yield chunk.subarray(0, read);
      }
      if (at !== Number(status.size)) throw this.#changing(path);
    } catch (error) {
      throw failureOf(error, { doing: 'read', path: this.#root.full(path) });
    } finally {
      await files.close(fd);
    }
  }

  #changing(path: string): CradleError {
    return new CradleError('ItemChanged', `${this.#root.full(path)} changed while it was read`);
  }
}
