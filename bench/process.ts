import { readdir, readFile } from 'node:fs/promises';

/** A second of proc(5)'s processor times, wherever Linux runs today (sysconf _SC_CLK_TCK). */
const TICKS = 100;

/** Megabytes (10^6 bytes) of a process's memory, pages it shares counted in part (proc(5), smaps_rollup). */
export async function proportionalMemory(pid: number): Promise<number> {
  return kibibytes(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss');
}

/** The most a process ever had in memory, in megabytes, shared pages counted whole (proc(5), status). */
export async function peakMemory(pid: number): Promise<number> {
  return kibibytes(await readFile(`/proc/${pid}/status`, 'utf8'), 'VmHWM');
}

/** Seconds of processor time that a process and all its children that have ended took (proc(5), stat); to 10 ms. */
export async function processorTime(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything; utime, stime, cutime and cstime are fields 14 to 17.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  return ticks / TICKS;
}

/** The same of the children of this process that have ended. */
export async function endedChildrenTime(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (await processorTime(process.pid)) - (user + system) / 1e6;
}

/** The processes and whatever they have started and is still there. */
export async function family(pids: readonly number[]): Promise<readonly number[]> {
  const all: number[] = [];
  for (let generation = pids; generation.length > 0; ) {
    all.push(...generation);
    const next = await Promise.all(generation.map(childrenOf));
    generation = next.flat();
  }
  return all;
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  try {
    const threads = await readdir(`/proc/${pid}/task`);
    const lists = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/children`, 'utf8')));
    return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  } catch {
    return [];
  }
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
