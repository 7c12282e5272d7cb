import type { TestContext } from 'node:test';
import type { DeviceEvent, DeviceId, Probe } from '../../src/hal/device.js';
import { Registry, type RegistryOptions } from '../../src/hal/registry.js';
import { IndexedRules } from '../../src/hal/rule-set.js';
import { readRules } from '../../src/hal/rules.js';
import { ScriptedClock, settleDown } from '../fakes/clock.js';
import { ListedLog } from '../fakes/log.js';
import { ScriptedSeat } from '../fakes/seat.js';
import { ScriptedSource } from '../fakes/source.js';
import { vocabulary } from '../rules/vocabulary.js';

export interface BenchOptions extends Partial<RegistryOptions> {
  readonly text?: string;
  readonly asks?: readonly Probe[];
}

/** A registry with everything around it scripted. */
export interface Bench {
  readonly registry: Registry;
  readonly source: ScriptedSource;
  readonly clock: ScriptedClock;
  readonly seat: ScriptedSeat;
  readonly log: ListedLog;
  readonly claimed: Set<DeviceId>;
  /** What was told, as `kind id`. */
  readonly told: string[];
  readonly events: DeviceEvent[];
  stop(): Promise<void>;
}

export const rulesOf = (text: string): IndexedRules => {
  const { sections, complaints } = readRules(text, '/rules/test.devices', vocabulary);
  if (complaints.length > 0) throw new Error(JSON.stringify(complaints));
  return new IndexedRules(sections, []);
};

export async function bench(t: TestContext, options: BenchOptions = {}): Promise<Bench> {
  const source = new ScriptedSource();
  const clock = new ScriptedClock();
  const seat = new ScriptedSeat();
  const log = new ListedLog();
  const claimed = new Set<DeviceId>();
  const events: DeviceEvent[] = [];
  const told: string[] = [];
  const registry = new Registry({
    sources: [source],
    rules: rulesOf(options.text ?? ''),
    probes: options.asks ?? [],
    claims: (id) => claimed.has(id),
    seat,
    log,
    clock,
    canOpen: () => true,
    ...options,
  });
  registry.onEvent((event) => {
    events.push(event);
    told.push(`${event.kind} ${event.device.id}`);
  });
  const end = new AbortController();
  const running = registry.start(end.signal);
  const stop = async (): Promise<void> => {
    end.abort();
    await running;
  };
  t.after(stop);
  await settleDown();
  return { registry, source, clock, seat, log, claimed, told, events, stop };
}
