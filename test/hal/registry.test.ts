import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceId } from '../../src/hal/device-id.js';
import { settleDown } from '../fakes/clock.js';
import { ScriptedSource, sighting } from '../fakes/source.js';
import { bench, rulesOf } from './bench.js';

const stick = sighting({ subsystem: 'usb', 'usb.id': '0951:1666', 'usb.serial': 'AA', 'usb.path': '1-1' });
const volume = sighting({
  subsystem: 'block',
  node: '/dev/sdb1',
  'usb.id': '0951:1666',
  'usb.serial': 'AA',
  'usb.path': '1-1',
  'fs.uuid': '1234-ABCD',
});
const stickId = deviceId('usb-0951-1666-AA');
const rules = '[Volume]\nMatchSubsystem=block\nTransport=block\nPlugin=storage\nStore.photos=/DCIM image/*\n';

test('one device that shows as two nodes is told once, after it has been quiet', async (t) => {
  const { registry, source, clock, told } = await bench(t, { text: rules });
  source.appear(stick);
  await clock.pass(200);
  source.appear(volume);
  await clock.pass(200);
  assert.deepEqual(told, []);
  assert.equal(registry.probing, true);
  await clock.pass(100);
  assert.deepEqual(told, [`appeared ${stickId}`]);
  assert.equal(registry.probing, false);
  const device = registry.get(stickId);
  assert.equal(device?.sightings.length, 2);
  assert.equal(device?.identity.plugin, 'storage');
  assert.equal(device?.identity.lasting, true);
  assert.deepEqual(device?.owner, { kind: 'offered', because: 'seat' });
});

test('a node that comes late changes the device instead of making another', async (t) => {
  const { source, clock, told, registry } = await bench(t, { text: rules });
  source.appear(stick);
  await clock.pass(300);
  source.appear(volume);
  await clock.pass(300);
  assert.deepEqual(told, [`appeared ${stickId}`, `changed ${stickId}`]);
  assert.equal(registry.devices().length, 1);
});

test('what was there at the start is told without waiting for quiet', async (t) => {
  const source = new ScriptedSource('script', [stick, volume]);
  const { told, clock } = await bench(t, { text: rules, sources: [source] });
  await settleDown();
  assert.deepEqual(told, [`appeared ${stickId}`]);
  assert.equal(clock.waiting, 0);
});

test('a source that has told all it had does not hurry what another source still tells of', async (t) => {
  const slow = new ScriptedSource('slow');
  slow.present = undefined;
  const quick = new ScriptedSource('quick');
  quick.present = undefined;
  const { clock, told } = await bench(t, { sources: [slow, quick], text: rules });
  slow.appear(stick);
  await settleDown();
  quick.settle();
  await settleDown();
  assert.deepEqual(told, []);
  slow.appear(volume);
  slow.settle();
  await clock.pass(0);
  assert.deepEqual(told, [`appeared ${stickId}`]);
});

test('a device is gone at once when its last node is, and its id comes back with it', async (t) => {
  const { source, clock, told, registry } = await bench(t, { text: rules });
  source.appear(stick, volume);
  await clock.pass(300);
  source.vanish(volume.key);
  await clock.pass(300);
  source.vanish(stick.key);
  await settleDown();
  assert.equal(registry.get(stickId), undefined);
  const elsewhere = sighting({ subsystem: 'usb', 'usb.id': '0951:1666', 'usb.serial': 'AA', 'usb.path': '2-4' });
  source.appear(elsewhere);
  await clock.pass(300);
  assert.deepEqual(told, [`appeared ${stickId}`, `changed ${stickId}`, `vanished ${stickId}`, `appeared ${stickId}`]);
});

test('a device that is unplugged before it was told of is never told of', async (t) => {
  const { source, clock, told, registry } = await bench(t);
  source.appear(stick);
  await clock.pass(100);
  source.vanish(stick.key);
  await clock.pass(1_000);
  assert.deepEqual(told, []);
  assert.equal(registry.probing, false);
  assert.equal(clock.waiting, 0);
});

test('a device that is never quiet is told all the same', async (t) => {
  const { source, clock, told } = await bench(t);
  for (let moment = 0; moment < 40; moment += 1) {
    source.change(stick);
    await clock.pass(200);
  }
  assert.ok(told.length > 0);
});

test('what nothing names yet is kept back a while, for the volume that may name it', async (t) => {
  const { source, clock, told, registry } = await bench(t, { text: rules });
  const facts = { 'usb.id': 'abcd:1234', 'usb.path': '1-1' };
  const reader = sighting({ ...facts, subsystem: 'usb' });
  source.appear(reader);
  await clock.pass(1_000);
  source.change({ ...reader, evidence: new Map([...reader.evidence, ['udev.DRIVER', 'usb']]) });
  await clock.pass(1_000);
  assert.deepEqual(told, []);
  assert.equal(registry.probing, true);
  source.appear(sighting({ ...facts, subsystem: 'block', node: '/dev/sdb1', 'fs.uuid': '1A2B-3C4D' }));
  await clock.pass(300);
  assert.deepEqual(told, ['appeared fs-uuid-1A2B-3C4D']);
  assert.equal(clock.waiting, 0);
});

test('what nothing ever names is told by its port in the end', async (t) => {
  const { source, clock, told, registry } = await bench(t);
  source.appear(sighting({ 'usb.id': 'abcd:1234', 'usb.path': '1-1' }));
  await clock.pass(3_299);
  assert.deepEqual(told, []);
  await clock.pass(1);
  assert.deepEqual(told, ['appeared port-abcd-1234-1-1']);
  assert.equal(registry.probing, false);
});

test('an event that says nothing new is not told', async (t) => {
  const { source, clock, told } = await bench(t);
  source.appear(stick);
  await clock.pass(300);
  source.change({ ...stick, evidence: new Map(stick.evidence) });
  await clock.pass(300);
  assert.deepEqual(told, [`appeared ${stickId}`]);
});

test('of two present devices with one serial the second is named by its port, offered, and never mine by itself', async (t) => {
  const text = '[Mine]\nMatchSubsystem=usb\nOwner=stefan\n';
  const { source, clock, registry, told, claimed } = await bench(t, { text });
  source.appear(stick);
  await clock.pass(300);
  source.appear(sighting({ subsystem: 'usb', 'usb.id': '0951:1666', 'usb.serial': 'AA', 'usb.path': '1-2' }));
  await clock.pass(300);
  const twin = deviceId('port-0951-1666-1-2');
  assert.deepEqual(told, [`appeared ${stickId}`, `appeared ${twin}`]);
  assert.deepEqual(registry.get(stickId)?.owner, { kind: 'mine', because: 'rule' });
  assert.deepEqual(registry.get(twin)?.owner, { kind: 'offered', because: 'ambiguous' });
  assert.equal(registry.get(twin)?.identity.lasting, false);

  source.vanish(stick.key);
  await registry.reconsider();
  await clock.pass(300);
  assert.deepEqual(
    registry.devices().map(({ id, owner }) => [id, owner.kind]),
    [[twin, 'offered']],
    'a twin does not become the one that went away',
  );
  claimed.add(twin);
  await registry.reconsider();
  assert.deepEqual(registry.get(twin)?.owner, { kind: 'mine', because: 'claim' });
});

test('two devices without a name on ports that look alike are still two', async (t) => {
  const { source, clock, registry } = await bench(t);
  const facts = { subsystem: 'usb', 'usb.id': '1d50:6018', 'usb.path': '1-1' };
  source.appear(sighting(facts, { key: 'a', body: '/devices/a' }), sighting(facts, { key: 'b', body: '/devices/b' }));
  await clock.pass(3_300);
  const ids = registry.devices().map(({ id }) => id);
  assert.equal(new Set(ids).size, 2);
});

test('one device seen by two sources under one name is one device with two ways in', async (t) => {
  const usb = new ScriptedSource('udev');
  const air = new ScriptedSource('bluez');
  const { clock, registry, told } = await bench(t, {
    sources: [usb, air],
    text: '[Phone]\nMatchFact=at.serial=*\nDeviceId=at.serial\nKind=phone\n',
  });
  const id = deviceId('at-serial-355687309745842');
  usb.appear(sighting({ subsystem: 'tty', 'at.serial': '355687309745842' }, { source: 'udev' }));
  await clock.pass(300);
  air.appear(
    sighting({ 'at.serial': '355687309745842' }, { source: 'bluez', body: '/org/bluez/dev_1', key: '/dev_1' }),
  );
  await clock.pass(300);
  assert.deepEqual(told, [`appeared ${id}`, `changed ${id}`]);
  assert.deepEqual(
    registry
      .get(id)
      ?.sightings.map(({ source }) => source)
      .sort(),
    ['bluez', 'udev'],
  );
  air.vanish('/dev_1');
  await clock.pass(300);
  assert.equal(registry.get(id)?.sightings.length, 1);
  assert.deepEqual(told.slice(2), [`changed ${id}`]);
});

test('a device that rules ignore is not shown, but explained', async (t) => {
  const { source, clock, registry, told } = await bench(t, { text: '[Hub]\nMatchSubsystem=usb\nIgnore=true\n' });
  source.appear(stick);
  await clock.pass(300);
  assert.deepEqual(told, []);
  assert.deepEqual(registry.devices(), []);
  assert.match(registry.explain(stickId), /not shown: a rule says/);
  await registry.reconsider(rulesOf(rules));
  assert.deepEqual(told, [`appeared ${stickId}`]);
  await registry.reconsider(rulesOf('[Hub]\nMatchSubsystem=usb\nIgnore=true\n'));
  assert.deepEqual(told.slice(1), [`vanished ${stickId}`]);
});

test('new rules and new claims change the devices that are there', async (t) => {
  const { source, clock, registry, told, claimed } = await bench(t);
  source.appear(stick);
  await clock.pass(300);
  await registry.reconsider(rulesOf('[Stick]\nMatchUsbId=0951:*\nModel=A stick\n'));
  assert.equal(registry.get(stickId)?.identity.model, 'A stick');
  claimed.add(stickId);
  await registry.reconsider();
  assert.deepEqual(registry.get(stickId)?.owner, { kind: 'mine', because: 'claim' });
  assert.deepEqual(told, [`appeared ${stickId}`, `changed ${stickId}`, `changed ${stickId}`]);
  await registry.reconsider();
  assert.equal(told.length, 3);
});

test('when somebody else comes to the seat the owners are judged again, and once more when the nodes have followed', async (t) => {
  let access = true;
  const { source, clock, registry, seat, told } = await bench(t, {
    text: '[Stick]\nMatchSubsystem=usb\nTransport=usb\nPlugin=storage\nOwner=seat\n',
    canOpen: () => access,
  });
  source.appear(sighting({ ...Object.fromEntries(stick.evidence), node: '/dev/bus/usb/001/002' }, stick));
  await clock.pass(300);
  assert.deepEqual(registry.get(stickId)?.owner, { kind: 'mine', because: 'rule' });
  seat.become('inactive', 'anna');
  await settleDown();
  assert.deepEqual(registry.get(stickId)?.owner, { kind: 'other', because: 'seat', login: 'anna' });
  access = false;
  await clock.pass(2_000);
  assert.deepEqual(registry.get(stickId)?.owner, { kind: 'other', because: 'no-access', login: 'anna' });
  assert.equal(told.length, 3);
});

test("a peer's own words join the evidence and are matched, and may give the device its true name", async (t) => {
  const { source, clock, registry, told } = await bench(t, {
    text: '[Palm]\nMatchUsbId=0830:*\nDeviceId=palm.user-id\n\n[Known]\nMatchFact=palm.user=Stefan*\nOwner=stefan\n',
  });
  source.appear(sighting({ subsystem: 'usb', 'usb.id': '0830:0003', 'usb.serial': 'x' }));
  await clock.pass(3_300);
  const [first] = registry.devices();
  assert.equal(first?.identity.lasting, false);
  assert.match(first?.id ?? '', /^port-0830-0003-/);
  const device = await registry.evidence(
    first?.id ?? stickId,
    new Map([
      ['palm.user', 'Stefan'],
      ['palm.user-id', '4711'],
    ]),
  );
  assert.equal(device?.id, 'palm-user-id-4711');
  assert.deepEqual(device?.owner, { kind: 'mine', because: 'rule' });
  assert.deepEqual(told.slice(1), [`vanished ${first?.id}`, 'appeared palm-user-id-4711']);
  assert.equal(await registry.evidence(stickId, new Map()), undefined);
});

test('a source that fails is followed again later, and what went away meanwhile is gone', async (t) => {
  const { source, clock, registry, log, told } = await bench(t);
  source.appear(stick);
  await clock.pass(300);
  source.present = undefined;
  source.fail(new Error('the monitor is gone'));
  await settleDown();
  assert.equal(registry.devices().length, 1, 'it is still plugged as far as anybody knows');
  assert.match(log.lines.at(-1)?.message ?? '', /a source of devices has failed/);
  await clock.pass(1_000);
  assert.equal(source.starts, 2);
  const other = sighting({ subsystem: 'usb', 'usb.id': '0951:1666', 'usb.serial': 'BB', 'usb.path': '1-3' });
  source.appear(other);
  source.settle();
  await clock.pass(300);
  assert.deepEqual(told.slice(1).sort(), ['appeared usb-0951-1666-BB', `vanished ${stickId}`]);
  source.end();
  await settleDown();
  await clock.pass(999);
  assert.equal(source.starts, 2);
  await clock.pass(1);
  assert.equal(source.starts, 3, 'one that settled is tried again as soon as the first time');
});

test('a source that fails at once is tried less and less often, and does not keep others waiting', async (t) => {
  const source = new ScriptedSource('broken', undefined);
  const { clock, registry } = await bench(t, { sources: [source] });
  for (const [wait, starts] of [
    [1_000, 2],
    [2_000, 3],
    [4_000, 4],
    [8_000, 5],
  ] as const) {
    source.fail(new Error('no udev here'));
    await settleDown();
    assert.equal(registry.probing, false);
    await clock.pass(wait);
    assert.equal(source.starts, starts);
  }
});

test('a listener that throws is logged and harms nobody else', async (t) => {
  const { source, clock, registry, log, told } = await bench(t);
  registry.onEvent(() => {
    throw new Error('I have no idea what to do with this');
  });
  const heard: string[] = [];
  const listening = registry.onEvent(({ kind }) => heard.push(kind));
  source.appear(stick);
  await clock.pass(300);
  listening[Symbol.dispose]();
  source.vanish(stick.key);
  await settleDown();
  assert.deepEqual(heard, ['appeared']);
  assert.equal(told.length, 2);
  assert.ok(log.lines.some(({ level }) => level === 'error'));
});

test('stopping ends every wait and every watch', async (t) => {
  const { source, clock, seat, stop, registry } = await bench(t);
  source.appear(stick);
  await clock.pass(10);
  assert.equal(clock.waiting, 1);
  await stop();
  assert.equal(clock.waiting, 0);
  assert.equal(source.watchers, 0);
  assert.equal(seat.listeners, 0);
  assert.deepEqual(registry.devices(), []);
});

test('explaining a device that is not here fails with its name', async (t) => {
  const { registry } = await bench(t);
  assert.throws(() => registry.explain(stickId), { code: 'NotFound', message: /usb-0951-1666-AA/ });
  assert.throws(() => registry.evidenceFile(stickId, { redact: false }), { code: 'NotFound' });
});
