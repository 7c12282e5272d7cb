import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.js';
import type { Testbed } from './testbed.js';

/** A line of watcher.ts. */
export interface Seen {
  readonly kind: string;
  readonly key?: string;
  readonly body?: string;
  readonly evidence?: Readonly<Record<string, string>>;
  readonly rss?: number;
  readonly used?: number;
}

/** A process in the test bed that watches it. */
export interface Watching {
  /** All that it has said, the oldest first. */
  readonly seen: readonly Seen[];
  /** What is there by all that it has said. */
  present(): ReadonlyMap<string, Seen>;
  /** Waits until this is so. */
  until(holds: (watching: Watching) => boolean): Promise<void>;
  /** What it uses after a collection. */
  memory(): Promise<Seen>;
  /** Ends it in peace and gives its exit status. */
  end(): Promise<number | null>;
}

/** Starts watcher.ts in the bed and waits until it has told what was there. */
export async function watching(t: TestContext, bed: Testbed): Promise<Watching> {
  const program = fileURLToPath(new URL('watcher.js', import.meta.url));
  // A young generation that does not grow, so that resident memory tells what is kept and not what may be used.
  const child = spawn(process.execPath, ['--expose-gc', '--max-semi-space-size=1', program], {
    env: { ...process.env, ...bed.environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  const seen: Seen[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => seen.push(parse(line)));

  const self: Watching = {
    seen,
    present() {
      const present = new Map<string, Seen>();
      for (const event of seen) {
        if (event.key === undefined) continue;
        assert.equal(present.has(event.key), event.kind !== 'appeared', `${event.kind} twice: ${event.key}`);
        if (event.kind === 'vanished') present.delete(event.key);
        else present.set(event.key, event);
      }
      return present;
    },
    async until(holds) {
      await until(() => {
        if (child.exitCode !== null) throw new Error(`the watcher ended with ${child.exitCode}`);
        return holds(self);
      });
    },
    async memory() {
      const before = seen.length;
      child.stdin.write('\n');
      await self.until(() => seen.slice(before).some((event) => event.kind === 'memory'));
      return seen.slice(before).find((event) => event.kind === 'memory') ?? { kind: 'memory' };
    },
    async end() {
      child.stdin.end();
      await gone;
      return child.exitCode;
    },
  };
  await self.until(() => seen.some((event) => event.kind === 'settled'));
  return self;
}

function parse(line: string): Seen {
  const parsed: unknown = JSON.parse(line);
  if (isSeen(parsed)) return parsed;
  throw new Error(`the watcher said ${line}`);
}

const isSeen = (parsed: unknown): parsed is Seen =>
  typeof parsed === 'object' && parsed !== null && 'kind' in parsed && typeof parsed.kind === 'string';
