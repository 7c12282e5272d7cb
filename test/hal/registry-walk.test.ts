import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeviceEvent, Sighting } from '../../src/hal/device.js';
import { Registry } from '../../src/hal/registry.js';
import { ScriptedClock, settleDown } from '../fakes/clock.js';
import { ListedLog } from '../fakes/log.js';
import { ScriptedSeat } from '../fakes/seat.js';
import { ScriptedSource, sighting } from '../fakes/source.js';
import { bench, rulesOf } from './bench.js';

const PORTS = 4;
const SERIALS = ['one', 'two', 'three', ''];

interface Plugged {
  readonly serial: string;
  readonly volume: boolean;
}

const partsOf = (port: number, { serial, volume }: Plugged): readonly Sighting[] => {
  const facts = { 'usb.id': '0951:1666', 'usb.serial': serial, 'usb.path': `1-${port}` };
  const device = sighting({ ...facts, subsystem: 'usb' });
  return volume ? [device, sighting({ ...facts, subsystem: 'block', node: `/dev/sd${port}1` })] : [device];
};

type Step =
  | { readonly do: 'plug'; readonly port: number; readonly what: Plugged }
  | { readonly do: 'unplug'; readonly port: number }
  | { readonly do: 'wait'; readonly milliseconds: number }
  /** The source fails, and while it is away this port is emptied. */
  | { readonly do: 'break'; readonly port: number };

const port = fc.integer({ min: 1, max: PORTS });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('plug' as const),
      port,
      what: fc.record({ serial: fc.constantFrom(...SERIALS), volume: fc.boolean() }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('unplug' as const), port }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const), port }) },
);

test('whatever is plugged and pulled in whatever order, in the end there is a device for everything that is plugged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const source = new ScriptedSource();
      const clock = new ScriptedClock();
      const told = new Map<string, DeviceEvent['kind']>();
      const registry = new Registry({
        sources: [source],
        rules: rulesOf('[Volume]\nMatchSubsystem=block\nPlugin=storage\n'),
        probes: [],
        claims: () => false,
        seat: new ScriptedSeat(),
        log: new ListedLog(),
        clock,
      });
      registry.onEvent(({ kind, device }) => {
        const before = told.get(device.id);
        const shown = before === 'appeared' || before === 'changed';
        assert.equal(kind !== 'appeared', shown, `${device.id} was ${before} and is ${kind}`);
        told.set(device.id, kind);
      });
      const end = new AbortController();
      const running = registry.start(end.signal);
      const ports = new Map<number, Plugged>();
      for (const now of steps) {
        if (now.do === 'wait') await clock.pass(now.milliseconds);
        else if (now.do === 'break') {
          ports.delete(now.port);
          source.present = [...ports].flatMap(([at, what]) => partsOf(at, what));
          source.fail(new Error('broken'));
          await clock.pass(1_000);
          source.present = [];
        } else {
          const before = ports.get(now.port);
          if (before !== undefined)
            source.vanish(
              ...partsOf(now.port, before)
                .map(({ key }) => key)
                .reverse(),
            );
          ports.delete(now.port);
          if (now.do === 'plug') {
            ports.set(now.port, now.what);
            source.appear(...partsOf(now.port, now.what));
          }
        }
      }
      await clock.pass(10_000);
      const expected = [...ports].map(([at, { serial, volume }]) => ({ at: `1-${at}`, serial, volume }));
      const found = registry.devices().map((device) => ({
        at: device.evidence.get('usb.path'),
        serial: device.evidence.get('usb.serial'),
        volume: device.identity.plugin === 'storage',
      }));
      const order = (left: { at: string | undefined }, right: { at: string | undefined }): number =>
        String(left.at) < String(right.at) ? -1 : 1;
      assert.deepEqual(found.sort(order), expected.sort(order));
      assert.deepEqual(
        [...told]
          .filter(([, kind]) => kind !== 'vanished')
          .map(([id]) => id)
          .sort(),
        registry.devices().map(({ id }) => id),
      );
      // A serial that one device has alone is its name unless a twin was about.
      const ids = registry.devices().map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const { id } of registry.devices().filter(({ identity }) => identity.lasting))
        assert.match(id, /^usb-0951-1666-(?:one|two|three)$/);
      assert.equal(registry.probing, false);
      assert.equal(clock.waiting, 0);
      end.abort();
      await running;
    }),
    { numRuns: 60 },
  );
});

test('thousands of devices that come and go leave nothing behind', async (t) => {
  const { registry, source, clock, told } = await bench(t);
  for (let round = 0; round < 5; round += 1) {
    const all = Array.from({ length: 1_000 }, (_, index) =>
      sighting({ subsystem: 'usb', 'usb.id': '0951:1666', 'usb.serial': `s${index}`, 'usb.path': `1-${index}` }),
    );
    source.appear(...all);
    await clock.pass(300);
    assert.equal(registry.devices().length, 1_000);
    source.vanish(...all.map(({ key }) => key));
    await settleDown();
    assert.equal(registry.devices().length, 0);
    assert.equal(clock.waiting, 0);
  }
  assert.equal(told.length, 10_000);
});

test('a source that tells of more devices than any machine has is not believed, and can go on', async (t) => {
  const { registry, source, clock, log } = await bench(t);
  source.appear(...Array.from({ length: 16_400 }, (_, index) => sighting({ 'usb.path': `1-${index}` })));
  await clock.pass(3_300);
  assert.equal(registry.devices().length, 16_384);
  assert.equal(log.lines.filter(({ message }) => message === 'a source tells of too many devices').length, 1);
  source.vanish('/devices/usb1/1-0');
  source.appear(sighting({ 'usb.path': '1-99999' }));
  await clock.pass(3_300);
  assert.equal(registry.devices().length, 16_384);
});
