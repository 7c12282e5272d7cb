import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs before it is worth compiling; V8's own is an eighth of it. */
const BUDGET = 1_000_000;
/** How much the heap may grow beyond what lives before it is collected; V8's own is up to 300. */
const GROWTH_PERCENT = 100;

/**
 * Tells V8 that this process works now and then, for seconds: compiling whatever ran warm took a third of the processor
 * time of a first sync of 10,000 contacts, and its garbage a third of the memory; four threads that meet to collect a few
 * megabytes cost more than one that does it. To be called when all is loaded that every start needs, because what Node
 * has compiled of its own modules is good for V8's own flags alone.
 */
export function beThrifty(): void {
  // The V8 of Node 22 has no such flag, and would say so on standard error.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
