import { runCli } from './run.js';

const stop = new AbortController();
let asked = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    stop.abort();
    // Whoever insists is not kept waiting for a device that does not answer.
    if (++asked > 1) process.exit(130);
  });
// A reader that has seen enough, such as head, closes the pipe: that is no failure of ours.
process.stdout.on('error', () => process.exit(0));

runCli(process.argv.slice(2), {
  out: process.stdout,
  notes: process.stderr,
  input: () => process.stdin,
  environment: process.env,
  signal: stop.signal,
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`cradle: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
