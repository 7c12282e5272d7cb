import { readFile, stat, writeFile } from 'node:fs/promises';
import { CradleError } from '../../dbus/errors.js';
import type { Context } from '../command.js';
import { UsageError } from '../exit.js';
import { shown } from '../width.js';

/** Octets: far more than any message has, and less than what memory has. */
const LARGEST = 64 * 1024 * 1024;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A whole file, or standard input for `-`. Fails with UsageError where it cannot be read. */
export async function readInput({ input, signal }: Context, path: string): Promise<Buffer> {
  if (path === '-') return readAll(input(), signal);
  try {
    const { size } = await stat(path);
    if (size > LARGEST) throw tooLarge(path);
    return await readFile(path, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CradleError) throw error;
    throw new UsageError(`${shown(path)} cannot be read: ${reasonOf(error)}`);
  }
}

async function readAll(input: AsyncIterable<unknown>, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    signal.throwIfAborted();
    const octets = chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk));
    size += octets.length;
    if (size > LARGEST) throw tooLarge('standard input');
    chunks.push(octets);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (what: string): CradleError =>
  new CradleError('LimitsExceeded', `${what} has more than ${LARGEST} bytes, and no message of SyncML has`);

/** Puts the octets into a file, or on standard output where none is named and nobody looks at it. */
export async function writeOutput({ screen }: Context, path: string | undefined, octets: Buffer): Promise<void> {
  if (path === undefined) screen.octets(octets);
  else
    await writeFile(path, octets).catch((error: unknown) => {
      throw new UsageError(`${shown(path)} cannot be written: ${reasonOf(error)}`);
    });
}
