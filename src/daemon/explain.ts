import { readFile } from 'node:fs/promises';
import { asCradleError } from '../dbus/errors.js';
import { Registry } from '../hal/registry.js';
import { unknownSeat } from '../hal/seat.js';
import { createTransports } from '../hal/transports/transports.js';
import { createCatalogue } from '../plugins/catalogue.js';
import type { Log } from '../plugins/contract.js';
import type { Places } from './places.js';
import { createProbes } from './probes.js';
import { Rulebook } from './rulebook.js';
import { SystemBus } from './system-bus.js';

/** Prints what the rules make of devices in evidence files, by the daemon's own code; gives the exit code. */
export async function explainFiles(files: readonly string[], places: Places, log: Log): Promise<number> {
  await using systemBus = new SystemBus(process.env);
  const catalogue = createCatalogue({ systemBus: systemBus.connect, log, environment: process.env });
  const probes = createProbes(createTransports());
  const rulebook = await Rulebook.open(places.rules, catalogue, probes, log);
  const registry = new Registry({
    sources: [],
    rules: rulebook.rules,
    probes,
    claims: () => false,
    seat: unknownSeat(),
    log,
  });
  let code = files.length === 0 ? 64 : 0;
  if (files.length === 0) process.stderr.write('cradled: explain needs an evidence file\n');
  for (const file of files) {
    try {
      process.stdout.write(`${await registry.explainEvidence(await readFile(file, 'utf8'))}\n`);
    } catch (thrown) {
      process.stderr.write(`cradled: ${file}: ${asCradleError(thrown).message}\n`);
      code = 1;
    }
  }
  return code;
}
