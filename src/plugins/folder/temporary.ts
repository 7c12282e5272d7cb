import fs from 'node:fs';
import { codeOf } from './files.js';
import { OWN_PREFIX } from './item-names.js';

/** The running kernel's own id, so that a process number means something. */
const BOOT = ((): string => {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
  } catch {
    return '00000000';
  }
})();

const NAME = new RegExp(`^${OWN_PREFIX.replaceAll('.', '\\.')}([0-9a-f]{8})-([0-9]+)-[0-9]+\\.part$`);

/** A file of another start of the machine is left over when nobody touched it for so long. */
const STALE_NS = 3_600_000_000_000n;

const active = new Set<string>();
let count = 0;

/** The name of a file being written: hidden, never an item, and known as ours until it has gone elsewhere. */
export class TemporaryName implements Disposable {
  readonly name = `${OWN_PREFIX}${BOOT}-${process.pid}-${++count}.part`;

  constructor() {
    active.add(this.name);
  }

  /** Whether a file of this name may be there. */
  get active(): boolean {
    return active.has(this.name);
  }

  [Symbol.dispose](): void {
    active.delete(this.name);
  }
}

/** Whether a file is what an interrupted run left, and may go. */
export function isLeftover(name: string, ctimeNs: bigint, now: bigint): boolean {
  const [, boot, pid] = NAME.exec(name) ?? [];
  if (boot === undefined || active.has(name)) return false;
  if (boot !== BOOT) return now - ctimeNs > STALE_NS;
  return Number(pid) === process.pid || !lives(Number(pid));
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
