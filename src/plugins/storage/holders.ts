import { readdir, readFile, readlink } from 'node:fs/promises';

/** Processes and open files looked at: enough to name somebody, whatever the machine runs. */
const PROCESSES = 4096;
const FILES = 256;
const NAMED = 3;

/** Who has something open below a mount point, such as `vlc (4711)`: of our own processes, and of those we may look into. */
export async function holdersOf(point: string): Promise<readonly string[]> {
  const found: string[] = [];
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^[0-9]+$/.test(name));
  for (const pid of processes.slice(0, PROCESSES)) {
    if (pid === String(process.pid) || !(await holds(pid, point))) continue;
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
    found.push(`${name || 'a process'} (${pid})`);
    if (found.length === NAMED) break;
  }
  return found;
}

async function holds(pid: string, point: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const open = (await readdir(folder).catch(() => [])).slice(0, FILES).map((fd) => `${folder}/${fd}`);
  for (const link of [`/proc/${pid}/cwd`, `/proc/${pid}/root`, ...open]) {
    const target = await readlink(link).catch(() => '');
    if (target === point || target.startsWith(`${point}/`)) return true;
  }
  return false;
}
