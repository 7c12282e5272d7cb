import { parseArgs } from 'node:util';
import { Undo } from '../test/support/scope.js';
import type { Benchmark } from './benchmark.js';
import { engine } from './engine.js';
import { asJson, asLine, type Figure, isReached } from './figure.js';
import { folders } from './folders.js';
import { idle } from './idle.js';
import { objects } from './objects.js';
import { rules } from './rules.js';
import { session } from './session.js';
import { start } from './start.js';
import { storm } from './storm.js';
import { syncml } from './syncml.js';
import { uevent } from './uevent.js';

const BENCHMARKS: readonly Benchmark[] = [start, idle, uevent, storm, objects, rules, engine, folders, session, syncml];

const USAGE = `npm run bench -- [NAME...] [--json] [--large] [--strict]

${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(9)} ${about}`).join('\n')}

  --json    one JSON object a line
  --large   100,000 files and contacts as well
  --strict  exit 1 when a figure misses its aim
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = positionals.find((name) => BENCHMARKS.every((benchmark) => benchmark.name !== name));
  if (unknown !== undefined || values.help) {
    process.stderr.write(unknown === undefined ? USAGE : `there is no benchmark "${unknown}"\n\n${USAGE}`);
    return unknown === undefined ? 0 : 64;
  }
  let current = new Undo();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      void current[Symbol.asyncDispose]().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
    });
  const missed: Figure[] = [];
  for (const benchmark of BENCHMARKS) {
    if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
    current = new Undo();
    await using scope = current;
    await benchmark.run({
      scope,
      large: values.large,
      note: (what) => {
        if (!values.json) process.stderr.write(`  ${benchmark.name}: ${what}\n`);
      },
      tell: (figure) => {
        process.stdout.write(`${values.json ? asJson(figure) : asLine(figure)}\n`);
        if (isReached(figure) === false) missed.push(figure);
      },
    });
  }
  return values.strict && missed.length > 0 ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
