import { readdir, readFile } from 'node:fs/promises';

/** Megabytes (10^6 bytes) of a process's memory, pages it shares counted in part (proc(5), smaps_rollup). */
export async function proportionalMemory(pid: number): Promise<number> {
  return kibibytes(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss');
}

/** The most a process ever had in memory, in megabytes, shared pages counted whole (proc(5), status). */
export async function peakMemory(pid: number): Promise<number> {
  return kibibytes(await readFile(`/proc/${pid}/status`, 'utf8'), 'VmHWM');
}

/** How often any thread of the process has gone to sleep and so was woken before (proc(5), status). */
export async function wakeUps(pid: number): Promise<number> {
  let count = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8');
    count += Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return count;
}

function kibibytes(text: string, name: string): number {
  const found = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`/proc tells nothing of ${name}`);
  return (Number(found) * 1024) / 1e6;
}
