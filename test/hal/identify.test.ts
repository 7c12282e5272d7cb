import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence, Probe } from '../../src/hal/device.js';
import { deviceId } from '../../src/hal/device-id.js';
import { ScriptedClock, settleDown } from '../fakes/clock.js';
import { sighting } from '../fakes/source.js';
import { bench } from './bench.js';

const rules = `
[Cable]
MatchUsbId=0421:0802
MatchSubsystem=tty
Transport=serial
Probe=at

[Nokia phone]
MatchManufacturer=Nokia*
Manufacturer=Nokia
Kind=phone
DeviceId=at.serial
Plugin=syncml
Probe=mtp

[Nokia 6021]
MatchManufacturer=Nokia*
MatchModel=Nokia 6021;RM-94
Model=6021
`;
const cable = sighting({
  subsystem: 'tty',
  node: '/dev/ttyUSB0',
  'usb.id': '0421:0802',
  'usb.manufacturer': 'Nokia',
  'usb.product': 'CA-42',
  'usb.path': '1-1',
});
const phone = new Map([
  ['manufacturer', 'Nokia'],
  ['model', 'Nokia 6021'],
  ['at.serial', '355687309745842'],
]);

/** A device on the far side of a probe: says this, and how often it was asked. */
function answering(name: string, answer: () => Promise<Evidence>, passive = false): Probe & { asked: number } {
  return {
    name,
    passive,
    asked: 0,
    run() {
      this.asked += 1;
      return answer();
    },
  };
}

test('rules ask, what is learnt matches further rules, and each probe runs once', async (t) => {
  const at = answering('at', () => Promise.resolve(phone));
  const mtp = answering('mtp', () => Promise.resolve(new Map([['mtp.extension', 'none']])));
  const { source, clock, registry } = await bench(t, { text: rules, asks: [at, mtp] });
  source.appear(cable);
  await clock.pass(3_300);
  const device = registry.get(deviceId('at-serial-355687309745842'));
  assert.equal(device?.identity.model, '6021');
  assert.equal(device?.identity.manufacturer, 'Nokia');
  assert.equal(device?.identity.plugin, 'syncml');
  assert.equal(device?.evidence.get('mtp.extension'), 'none');
  source.change({ ...cable, evidence: new Map([...cable.evidence, ['fs.label', 'new']]) });
  await clock.pass(3_300);
  await registry.reconsider();
  assert.deepEqual([at.asked, mtp.asked], [1, 1]);
  source.vanish(cable.key);
  source.appear(cable);
  await clock.pass(3_300);
  assert.deepEqual([at.asked, mtp.asked], [2, 2], 'what is plugged in again is asked again');
});

test("a silent cable is never taken for the phone it could lead to, whatever the cable's maker is called", async (t) => {
  const at = answering('at', () => Promise.reject(new Error('nobody answers')));
  const { source, clock, registry } = await bench(t, { text: rules, asks: [at] });
  source.appear(cable);
  await clock.pass(3_300);
  const [device] = registry.devices();
  assert.equal(device?.identity.plugin, undefined);
  assert.equal(device?.identity.lasting, false);
  assert.match(registry.explain(device?.id ?? deviceId('x')), /at: nobody answers/);
  await registry.reconsider();
  assert.equal(at.asked, 2, 'what failed gets another try when somebody asks for it');
});

test('a probe that never answers ends with its time, even if it does not heed the signal', async (t) => {
  const at = answering('at', () => new Promise(() => undefined));
  const { source, clock, registry } = await bench(t, { text: rules, asks: [at], probeTimeout: 5_000 });
  source.appear(cable);
  await clock.pass(3_300);
  assert.deepEqual(registry.devices(), []);
  assert.equal(registry.probing, true);
  await clock.pass(8_000);
  const [device] = registry.devices();
  assert.match(registry.explain(device?.id ?? deviceId('x')), /at: it gave no answer within 5000 ms/);
  assert.equal(registry.probing, false);
});

test('a device that is pulled while it is asked is forgotten, and the asking ends', async (t) => {
  let aborted = false;
  const at: Probe = {
    name: 'at',
    run: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason);
        });
      }),
  };
  const { source, clock, registry, told, log } = await bench(t, { text: rules, asks: [at] });
  source.appear(cable);
  await clock.pass(3_300);
  source.vanish(cable.key);
  await settleDown();
  assert.equal(aborted, true);
  assert.deepEqual(told, []);
  assert.equal(registry.probing, false);
  assert.equal(clock.waiting, 0);
  assert.deepEqual(log.lines, []);
});

test("a device of somebody else's is never opened, and is asked as soon as it is not", async (t) => {
  const at = answering('at', () => Promise.resolve(phone));
  const mpi = answering('media-player-info', () => Promise.resolve(new Map([['mpi.id', 'x']])), true);
  const { source, clock, registry, seat } = await bench(t, {
    text: `${rules}\n[Looked up]\nMatchSubsystem=tty\nProbe=media-player-info\n`,
    asks: [at, mpi],
  });
  seat.become('inactive', 'anna');
  source.appear(cable);
  await clock.pass(3_300);
  const [device] = registry.devices();
  assert.equal(device?.owner.kind, 'other');
  assert.deepEqual([at.asked, mpi.asked], [0, 1], 'what opens nothing may be asked');
  assert.match(
    registry.explain(device?.id ?? deviceId('x')),
    /at: it did not run, since the device is somebody else's/,
  );
  seat.become('active', 'stefan');
  await settleDown();
  assert.equal(at.asked, 1);
  assert.equal(registry.devices()[0]?.id, 'at-serial-355687309745842');
});

test('a claimed device whose node may not be opened is not opened', async (t) => {
  const at = answering('at', () => Promise.resolve(phone));
  const { source, clock, registry } = await bench(t, {
    text: rules,
    asks: [at],
    claims: () => true,
    canOpen: () => false,
  });
  source.appear(cable);
  await clock.pass(3_300);
  assert.equal(registry.devices()[0]?.owner.kind, 'mine');
  assert.equal(at.asked, 0);
});

test('an answer of thousands of facts and of strange names is cut to what can be kept', async (t) => {
  const many = new Map(Array.from({ length: 5_000 }, (_, index) => [`at.fact-${index}`, 'x'.repeat(10_000)]));
  many.set('a name with spaces', 'x');
  const at = answering('at', () => Promise.resolve(new Map([['bad name', 'x'], ...many])));
  const { source, clock, registry } = await bench(t, { text: rules, asks: [at] });
  source.appear(cable);
  await clock.pass(3_300);
  const facts = registry.devices()[0]?.evidence ?? new Map();
  assert.equal(facts.size, cable.evidence.size + 256);
  assert.equal(facts.get('at.fact-0')?.length, 4_096);
  assert.equal(facts.has('bad name'), false);
});

test('two things are identified side by side: one that is slow holds nobody up', async (t) => {
  const at = answering('at', () => new Promise(() => undefined));
  const { source, clock, registry } = await bench(t, { text: rules, asks: [at] });
  source.appear(cable, sighting({ subsystem: 'usb', 'usb.id': '0951:1666', 'usb.serial': 'AA', 'usb.path': '1-2' }));
  await clock.pass(3_300);
  assert.deepEqual(
    registry.devices().map(({ id }) => id),
    ['usb-0951-1666-AA'],
  );
});

test('a scripted clock is what the tests of time rest on', async () => {
  const clock = new ScriptedClock();
  const order: number[] = [];
  clock.after(20, () => order.push(2));
  clock.after(10, () => {
    order.push(1);
    clock.after(5, () => order.push(3));
  });
  clock.after(30, () => order.push(4))[Symbol.dispose]();
  await clock.pass(20);
  assert.deepEqual(order, [1, 3, 2]);
});
