import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { v } from '../../dbus/variant.js';
import type { Command, Context } from '../command.js';
import type { Daemon } from '../daemon.js';
import { EXIT, type ExitCode, NoDaemonError, UsageError } from '../exit.js';
import { findDevice } from '../find.js';
import { shown } from '../width.js';

/** As much as the daemon accepts. Bytes. */
const LONGEST = 256 * 1024;

export const explain: Command = {
  name: 'explain',
  summary: 'Explain which rules hold for a device, or for one in an evidence file',
  operands: [{ name: 'DEVICE|FILE', kinds: ['device', 'file'] }],
  options: [],
  details: 'A FILE ends in .evidence or has a slash; "cradle record" writes one. It is explained without a daemon too.',
  async run(context, given) {
    const word = given.first();
    const isFile = word.endsWith('.evidence') || word.includes('/');
    if (!isFile) {
      const daemon = await context.daemon();
      const [words] = await daemon.manager.call('Explain', [findDevice(daemon, word).path, {}]);
      return tell(context, words);
    }
    const evidence = await readEvidence(word);
    let daemon: Daemon;
    try {
      daemon = await context.daemon();
    } catch (error) {
      if (error instanceof NoDaemonError) return withoutDaemon(context, resolve(word));
      throw error;
    }
    const [words] = await daemon.manager.call('Explain', ['/', { evidence: v.s(evidence) }]);
    return tell(context, words);
  },
};

function tell({ json, screen }: Context, words: string): ExitCode {
  if (json) screen.json({ explanation: words });
  else for (const line of words.trimEnd().split('\n')) screen.line(shown(line));
  return EXIT.ok;
}

async function readEvidence(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > LONGEST) throw new UsageError(`${path} has ${size} bytes; evidence has at most ${LONGEST}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The daemon's own program explains files by itself: it stands beside ours, or on the PATH. */
async function withoutDaemon(context: Context, path: string): Promise<ExitCode> {
  const beside = join(dirname(realpathSync(fileURLToPath(import.meta.url))), 'cradled.cjs');
  const [program, ...before] = existsSync(beside) ? [process.execPath, beside] : ['cradled'];
  const child = spawn(program, [...before, 'explain', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...context.environment },
    signal: context.signal,
  });
  let words = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => context.notes.raw(text));
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) return EXIT.failed;
  } catch (error) {
    context.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new NoDaemonError(`no daemon answers, and cradled cannot be run to explain the file: ${why}`);
  }
  return tell(context, words);
}
