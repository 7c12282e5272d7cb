import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';

/** Where programs of the old school leave `LCK..ttyS0` with their process id in it (FHS 3.0, section 5.9). */
const LOCKS = '/run/lock';

/** The program whose UUCP lock file says that it holds a serial line; undefined when nobody alive does. */
export async function lockHolder(node: string): Promise<string | undefined> {
  const text = await readFile(`${LOCKS}/LCK..${basename(node)}`, 'latin1').catch(() => '');
  const id = /^\s*(\d{1,9})\b/.exec(text)?.[1];
  return id === undefined ? undefined : nameOf(id);
}

/** A program that has the node open, as far as this user may see into others. */
export async function holderOf(node: string): Promise<string | undefined> {
  const path = await realpath(node).catch(() => node);
  for (const id of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(id) || Number(id) === process.pid) continue;
    const folder = `/proc/${id}/fd`;
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const target = await readlink(`${folder}/${descriptor}`).catch(() => '');
      if (target === path) return nameOf(id);
    }
  }
  return undefined;
}

/** `ModemManager (process 812)`; undefined when there is no such process. */
async function nameOf(id: string): Promise<string | undefined> {
  const name = (await readFile(`/proc/${id}/comm`, 'utf8').catch(() => '')).trim();
  return name === '' ? undefined : `${name} (process ${id})`;
}
