import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Evidence } from '../src/hal/device.js';
import { loadRules } from '../src/hal/rules.js';
import { temporaryFolder } from '../test/support/tmp.js';
import type { Benchmark } from './benchmark.js';
import { least, median } from './statistics.js';

const FILES = 20;
const SECTIONS_A_FILE = 100;
const LOADS = 15;
const ROUNDS = 15;
const MATCHES_A_ROUND = 5_000;

const VOCABULARY = {
  plugins: new Map([['storage', {}]]),
  probes: new Set(['media-player-info']),
  transports: new Set(['block']),
};

/** Twenty makers with a hundred devices each, in the way of the shipped files. */
export const rules: Benchmark = {
  name: 'rules',
  about: 'loading and matching 2,000 sections of rules',
  async run({ scope, tell }) {
    const folder = await temporaryFolder(scope, 'cradle-bench-');
    for (let file = 0; file < FILES; file++)
      await writeFile(join(folder, `30-maker${String(file).padStart(2, '0')}.devices`), maker(file));
    const loads: number[] = [];
    let rules = await loadRules([folder], VOCABULARY);
    if (rules.complaints.length > 0 || rules.sections.length !== FILES * SECTIONS_A_FILE)
      throw new Error(`the rules of this benchmark are wrong: ${JSON.stringify(rules.complaints[0])}`);
    for (let run = 0; run < LOADS; run++) {
      const began = performance.now();
      rules = await loadRules([folder], VOCABULARY);
      loads.push(performance.now() - began);
    }
    tell({ name: 'rules/load-2000', value: median(loads), least: least(loads), runs: LOADS, unit: 'ms' });
    const views = [
      ['rules/match-known', [device('1005:2042', 'usb'), device('1005:2042', 'block')]],
      ['rules/match-unknown', [device('f055:0001', 'usb')]],
    ] as const;
    for (const [name, evidence] of views) {
      const rounds: number[] = [];
      for (let round = -2; round < ROUNDS; round++) {
        const began = performance.now();
        for (let match = 0; match < MATCHES_A_ROUND; match++) rules.match(...evidence);
        // The first rounds are the compiler's.
        if (round >= 0) rounds.push(((performance.now() - began) * 1_000) / MATCHES_A_ROUND);
      }
      tell({ name, value: median(rounds), least: least(rounds), runs: ROUNDS, unit: 'µs' });
    }
  },
};

const device = (id: string, subsystem: string): Evidence =>
  new Map([
    ['usb.id', id],
    ['usb.interfaces', ':080650:'],
    ['usb.manufacturer', 'Maker'],
    ['usb.product', 'Player'],
    ['subsystem', subsystem],
    ['fs.label', 'PLAYER'],
  ]);

function maker(file: number): string {
  const hex = (number: number): string => number.toString(16).padStart(4, '0');
  const lines: string[] = [];
  for (let section = 0; section < SECTIONS_A_FILE; section++)
    lines.push(
      `[Maker ${file} player ${section}]`,
      '# Music is in a folder of its own.',
      `MatchUsbId=${hex(0x1000 + file)}:${hex(0x2000 + section)}`,
      ...(section % 4 === 0 ? ['MatchModel=*Player*'] : []),
      'MatchSubsystem=block',
      `Manufacturer=Maker ${file}`,
      `Model=Player ${section}`,
      'Kind=player',
      'Icon=multimedia-player',
      'Plugin=storage',
      'Transport=block',
      'Store.music=/MUSIC audio/*',
      'Store.photos=/PICTURES image/*',
      '',
    );
  return lines.join('\n');
}
