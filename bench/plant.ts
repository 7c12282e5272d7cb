import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILES_A_FOLDER = 100;

/** Where the file of this number lies in the tree. All of them are music by their names, which a player takes. */
export const fileName = (number: number): string =>
  `folder ${String(Math.floor(number / FILES_A_FOLDER)).padStart(4, '0')}/file ${String(number).padStart(6, '0')}.mp3`;

/** Bytes that no other number has: 1,000 to 4,000 of them. */
export function contentOf(number: number, edition = 0): Uint8Array {
  const bytes = Buffer.alloc(1_000 + ((number * 7919 + edition * 104_729) % 3_001));
  // xorshift32: fast, and nothing a filesystem could compress or share.
  let state = (number + 1) * 2_654_435_761 + edition * 40_503;
  for (let at = 0; at < bytes.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return bytes;
}

/** Writes a tree of so many files into a new folder. */
export async function plant(folder: string, files: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let first = 0; first < files; first += FILES_A_FOLDER) {
    await mkdir(join(folder, fileName(first), '..'));
    const numbers = Array.from({ length: Math.min(FILES_A_FOLDER, files - first) }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => writeFile(join(folder, fileName(number)), contentOf(number))));
  }
}
