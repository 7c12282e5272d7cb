import { closeSync, copyFileSync, existsSync, openSync, readSync, renameSync, rmSync } from 'node:fs';

/** SQLite's own files beside a database (sqlite.org/tempfiles.html). */
const COMPANIONS = ['', '-wal', '-shm'] as const;

/** Moves a database and its companions to a dated name beside it, and tells the name. Never removes or replaces one. */
export function setAside(path: string, now = new Date()): string {
  const date = now.toISOString().slice(0, 19).replaceAll(':', '');
  for (let attempt = 0; ; attempt++) {
    const aside = `${path}.${date}${attempt === 0 ? '' : `-${attempt}`}`;
    if (COMPANIONS.some((companion) => existsSync(aside + companion))) continue;
    // The write-ahead log first: were it left behind, SQLite would take it for the new database's own.
    for (const companion of COMPANIONS.toReversed())
      if (existsSync(path + companion)) renameSync(path + companion, aside + companion);
    return aside;
  }
}

const COPY = '.copy';

/**
 * SQLite mends or removes the log of a database it cannot read, and then nobody could look at it any more. Where the
 * file does not begin as a database does, both are copied before it is opened; the answer settles it.
 */
export function preserve(path: string): { readonly restore: () => void; readonly drop: () => void } | undefined {
  if (!existsSync(`${path}-wal`) || beginsWell(path)) return undefined;
  const copied = COMPANIONS.filter((companion) => existsSync(path + companion));
  for (const companion of copied) copyFileSync(path + companion, path + companion + COPY);
  return {
    restore: () => {
      for (const companion of copied) renameSync(path + companion + COPY, path + companion);
    },
    drop: () => {
      for (const companion of copied) rmSync(path + companion + COPY, { force: true });
    },
  };
}

/** An empty file does: everything may still be in the log (sqlite.org/fileformat2.html, section 1.3). */
function beginsWell(path: string): boolean {
  const magic = 'SQLite format 3\0';
  const bytes = Buffer.alloc(magic.length);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, bytes);
    return length === 0 || bytes.toString('latin1') === magic;
  } finally {
    closeSync(file);
  }
}
