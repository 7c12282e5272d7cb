import { parseArgs } from 'node:util';
import { asCradleError } from '../dbus/errors.js';
import { UdevSource } from '../hal/sources/udev.js';
import { runDaemon } from './daemon.js';
import { explainFiles } from './explain.js';
import { createLog, isLogLevel } from './log.js';
import { findPlaces } from './places.js';
import { loadSettings, reportFaults } from './settings.js';
import { VERSION } from './version.js';
import { connectSupervisor } from './watchdog.js';

const USAGE = `cradled - keeps devices and the desktop the same

  cradled [options]           runs until it is told to end
  cradled explain FILE...     says what the rules make of devices in evidence files

  --bus ADDRESS      a session bus other than DBUS_SESSION_BUS_ADDRESS
  --state FOLDER     instead of $XDG_STATE_HOME/cradle
  --rules FOLDER     instead of the usual folders; may be given several times, the last word last
  --settings FILE    instead of $XDG_CONFIG_HOME/cradle/settings
  --log LEVEL        error, warn, info or debug
  --version, --help
`;

/** Exit codes of sysexits.h where one fits. */
const EXIT = { ok: 0, failed: 1, usage: 64 } as const;

async function main(): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    process.stderr.write(`cradled: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return EXIT.usage;
  }
  const { values, positionals } = parsed;
  if (values.help) process.stdout.write(USAGE);
  if (values.version) process.stdout.write(`cradled ${VERSION}\n`);
  if (values.help || values.version) return EXIT.ok;

  const places = findPlaces(process.env, { state: values.state, rules: values.rules, settings: values.settings });
  const settings = await loadSettings(places.settings);
  const level = values.log !== undefined && isLogLevel(values.log) ? values.log : settings.settings.logLevel;
  const log = createLog(level, process.env.JOURNAL_STREAM !== undefined, process.stderr);
  const [command, ...files] = positionals;
  if (command === 'explain') return explainFiles(files, places, log);
  if (command !== undefined) {
    process.stderr.write(`cradled: there is no command "${command}"\n${USAGE}`);
    return EXIT.usage;
  }
  reportFaults(settings.faults, log);

  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
  using supervisor = await connectSupervisor(process.env);
  try {
    await runDaemon(
      {
        environment: process.env,
        places,
        settings,
        version: VERSION,
        log,
        supervisor,
        sources: [new UdevSource()],
        address: values.bus,
        onReload: (reload) => process.on('SIGHUP', reload),
      },
      stop.signal,
    );
    return EXIT.ok;
  } catch (thrown) {
    const error = asCradleError(thrown);
    log.error(`cradled cannot run: ${error.message}`, { code: error.code, cause: error.cause });
    return EXIT.failed;
  }
}

const parse = () =>
  parseArgs({
    allowPositionals: true,
    options: {
      bus: { type: 'string' },
      state: { type: 'string' },
      rules: { type: 'string', multiple: true },
      settings: { type: 'string' },
      log: { type: 'string' },
      version: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });

// A handle somebody forgot must not keep a daemon that has ended from ending.
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`cradled: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(EXIT.failed);
  },
);
