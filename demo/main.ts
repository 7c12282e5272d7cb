import { parseArgs } from 'node:util';
import { Undo } from '../test/support/scope.js';
import { hold } from './hold.js';
import { Screen } from './screen.js';
import { Story } from './story.js';

const USAGE = `npm run demo -- [--hold]

  --hold  stays after the end until Ctrl+C, for a look at the daemon's objects with busctl
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { hold: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const screen = new Screen();
  const scope = new Undo();
  const broken = new AbortController();
  let interrupt = (_code: number): void => {};
  const interrupted = new Promise<number>((resolve) => {
    interrupt = (code) => {
      broken.abort();
      resolve(code);
    };
  });
  process.on('SIGINT', () => interrupt(130));
  process.on('SIGTERM', () => interrupt(143));
  process.on('SIGHUP', () => interrupt(129));
  // Whoever reads has seen enough, as head does.
  process.stdout.on('error', () => interrupt(141));
  let holding = false;
  const told = (async () => {
    const story = await Story.begin(scope, screen, broken.signal);
    const agree = await story.tell();
    screen.line();
    screen.line('To see what the rules made of each of them, all of it:');
    for (const fixture of ['demo-player', 'nokia-6021-on-ca-42'])
      screen.line(`  ${screen.bold(`npx cradle explain test/rules/fixtures/${fixture}.evidence`)}`);
    if (values.hold) {
      hold(screen, story.desktop);
      holding = true;
      await interrupted;
    }
    return agree ? 0 : 1;
  })();
  try {
    // Once it is held, Ctrl+C is how it ends, not how it is broken off.
    return await Promise.race([told, interrupted.then((code) => (holding ? told : code))]);
  } finally {
    // What breaks because everything ends is no news.
    told.catch(() => {});
    await scope[Symbol.asyncDispose]().catch(() => {});
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`\ndemo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
