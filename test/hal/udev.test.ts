import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testbed } from '../bed/testbed.js';
import { watching } from '../bed/watching.js';

test('what was plugged in before the start is told just as what is plugged in later', async (t) => {
  const bed = await testbed(t);
  const early = await watching(t, bed);
  await bed.plugUsbDisk({ serial: 'A1', label: 'MY PLAYER', properties: { ID_MEDIA_PLAYER: 'sony_nwz-e436f' } });
  await bed.plug({ serial: 'B2', interfaces: ':060101:', properties: { ID_MTP_DEVICE: '1' } });
  await bed.plug({ serial: 'C3', tty: 'ttyACM0' });
  await early.until((watcher) => watcher.present().size === 5);
  const late = await watching(t, bed);
  // `bind` has told the driver by the time the last one of a device has appeared.
  const asPlain = (watcher: typeof late) =>
    [...watcher.present().values()].map(({ kind, ...rest }) => rest).sort((a, b) => (`${a.key}` < `${b.key}` ? -1 : 1));
  await early.until((watcher) => JSON.stringify(asPlain(watcher)) === JSON.stringify(asPlain(late)));
  assert.deepEqual(asPlain(early), asPlain(late));
  assert.equal(late.seen.at(-1)?.kind, 'settled');
  assert.equal(late.present().size, 5);
  assert.equal(await early.end(), 0);
  assert.equal(await late.end(), 0);
});

test('a disk is told as a device and its volumes, with one body and all facts of both', async (t) => {
  const bed = await testbed(t);
  const watcher = await watching(t, bed);
  const disk = await bed.plugUsbDisk({
    port: '1-2.3',
    vendor: '054C',
    serial: '11F73B04',
    manufacturer: 'Sony',
    model: 'WALKMAN',
    volumes: [
      { label: 'Música & more', uuid: '1234-ABCD' },
      { label: 'CARD', type: 'exfat' },
    ],
  });
  await watcher.until(({ seen }) => seen.some(({ key }) => key === disk.partitionPath(2)));
  const told = watcher.seen.filter(({ kind }) => kind === 'appeared').map(({ key }) => key);
  assert.deepEqual(told, [disk.devpath, disk.partitionPath(1), disk.partitionPath(2)]);
  const present = watcher.present();
  for (const key of told) {
    assert.equal(present.get(`${key}`)?.body, disk.devpath);
    const facts = present.get(`${key}`)?.evidence ?? {};
    assert.equal(facts['usb.id'], '054c:0385');
    assert.equal(facts['usb.serial'], '11F73B04');
    assert.equal(facts['usb.manufacturer'], 'Sony');
    assert.equal(facts['usb.product'], 'WALKMAN');
    assert.equal(facts['usb.interfaces'], ':080650:');
    assert.equal(facts['usb.path'], '1-2.3');
  }
  const volume = present.get(disk.partitionPath(1))?.evidence ?? {};
  assert.equal(volume['fs.label'], 'Música & more');
  assert.equal(volume['fs.uuid'], '1234-ABCD');
  assert.equal(volume['fs.type'], 'vfat');
  assert.equal(volume['fs.usage'], 'filesystem');
  assert.equal(volume.node, '/dev/sdb1');
  assert.equal(volume.subsystem, 'block');
  assert.equal(volume.devtype, 'partition');
  assert.equal(volume['udev.ID_SERIAL_SHORT'], '11F73B04');
});

test('a removal names nothing but the path, and that is enough', async (t) => {
  const bed = await testbed(t);
  const watcher = await watching(t, bed);
  const disk = await bed.plugUsbDisk({ serial: 'A1' });
  await watcher.until(({ seen }) => seen.some(({ key }) => key === disk.partitionPath()));
  await bed.unplug(disk);
  await watcher.until((w) => w.present().size === 0);
  const gone = watcher.seen.filter(({ kind }) => kind === 'vanished').map(({ key }) => key);
  assert.deepEqual(gone, [disk.partitionPath(), disk.devpath]);
});

test('a device that moves to another port, or comes back to the same, is gone in between', async (t) => {
  const bed = await testbed(t);
  const watcher = await watching(t, bed);
  // What comes and goes faster than it is asked for is not told at all, so each is waited for.
  const told = (count: number) =>
    watcher.until((w) => w.seen.filter(({ kind }) => kind === 'appeared').length === count);
  const first = await bed.plugUsbDisk({ serial: 'A1', port: '1-1' });
  await told(2);
  const second = await bed.replug(first, '1-4');
  await told(4);
  const third = await bed.replug(second);
  await told(6);
  await bed.unplug(third);
  await watcher.until((w) => w.seen.filter(({ kind }) => kind === 'vanished').length === 6 && w.present().size === 0);
  const devices = watcher.seen.filter(({ key, kind }) => key?.endsWith('/block') !== true && kind !== 'changed');
  assert.deepEqual(
    devices.filter(({ key }) => [first.devpath, second.devpath].includes(`${key}`)).map(({ kind, key }) => [kind, key]),
    [
      ['appeared', first.devpath],
      ['vanished', first.devpath],
      ['appeared', second.devpath],
      ['vanished', second.devpath],
      ['appeared', third.devpath],
      ['vanished', third.devpath],
    ],
  );
});

test('a card is told when it goes into its reader, with or without a partition table', async (t) => {
  const bed = await testbed(t);
  const reader = await bed.plug({ serial: 'R', volumes: [] });
  const watcher = await watching(t, bed);
  assert.deepEqual([...watcher.present().keys()], [reader.devpath]);
  for (const [whole, path] of [
    [true, reader.diskPath],
    [false, reader.partitionPath()],
  ] as const) {
    await bed.insertCard(reader, { label: 'EOS_DIGITAL', whole });
    await watcher.until((w) => w.present().has(path));
    assert.equal(watcher.present().get(path)?.evidence?.['fs.label'], 'EOS_DIGITAL');
    assert.equal(watcher.present().size, 2);
    await bed.ejectCard(reader);
    await watcher.until((w) => !w.present().has(path));
  }
  assert.deepEqual([...watcher.present().keys()], [reader.devpath]);
});

test('another card is another thing, even where the events between were one', async (t) => {
  const bed = await testbed(t);
  const reader = await bed.plug({ serial: 'R', volumes: [{ label: 'ONE', whole: true }] });
  const watcher = await watching(t, bed);
  await bed.perform([
    { do: 'properties', devpath: reader.diskPath, properties: { ID_FS_USAGE: 'filesystem', ID_FS_LABEL: 'TWO' } },
    { do: 'event', devpath: reader.diskPath, action: 'change', extra: { DISK_MEDIA_CHANGE: '1', DISKSEQ: '77' } },
  ]);
  await watcher.until(({ seen }) => seen.at(-1)?.evidence?.['fs.label'] === 'TWO');
  assert.deepEqual(
    watcher.seen.slice(-2).map(({ kind, key }) => [kind, key]),
    [
      ['vanished', reader.diskPath],
      ['appeared', reader.diskPath],
    ],
  );
});

test('interfaces, hubs, keyboards, sound and film are not told; what nothing knows is', async (t) => {
  const bed = await testbed(t);
  const watcher = await watching(t, bed);
  await bed.plug({ interfaces: ':090000:', properties: { ID_MTP_DEVICE: '1' } });
  await bed.plug({ interfaces: ':030101:030102:' });
  await bed.plug({ interfaces: ':010100:010200:030000:' });
  await bed.plug({ interfaces: ':0e0100:0e0200:' });
  const phone = await bed.plug({ interfaces: ':060101:030000:', properties: { ID_MTP_DEVICE: '1' } });
  const unknown = await bed.plugUnknown();
  await watcher.until((w) => w.present().has(unknown.devpath));
  assert.deepEqual([...watcher.present().keys()], [phone.devpath, unknown.devpath]);
});

test('a serial line counts when there is a USB device behind it, a disk when it can be taken away', async (t) => {
  const bed = await testbed(t);
  const watcher = await watching(t, bed);
  const volume = { ID_FS_USAGE: 'filesystem', ID_FS_TYPE: 'vfat', ID_FS_UUID: '1-2' };
  const add = (devpath: string, subsystem: string, devtype: string, attributes = {}, properties = {}) =>
    bed.perform([
      { do: 'add', devpath, subsystem, attributes, kernel: devtype === '' ? {} : { DEVTYPE: devtype }, properties },
      { do: 'event', devpath, action: 'add' },
    ]);
  await add('/devices/pnp0/00:04/tty/ttyS0', 'tty', '');
  await add('/devices/pci0000:00/ata1/block/sda', 'block', 'disk', {}, volume);
  for (const [slot, type] of [
    ['mmc0', 'MMC'],
    ['mmc1', 'SD'],
  ]) {
    await add(`/devices/platform/${slot}/${slot}:0001`, 'mmc', '', { type });
    await add(
      `/devices/platform/${slot}/${slot}:0001/block/${slot}blk`,
      'block',
      'disk',
      {},
      { ID_PART_TABLE_TYPE: 'x' },
    );
    await add(`/devices/platform/${slot}/${slot}:0001/block/${slot}blk/${slot}p1`, 'block', 'partition', {}, volume);
  }
  const modem = await bed.plug({ tty: 'ttyACM0', serial: 'M' });
  await watcher.until((w) => w.present().has(modem.ttyPath));
  const present = watcher.present();
  const card = '/devices/platform/mmc1/mmc1:0001';
  assert.deepEqual([...present.keys()], [`${card}/block/mmc1blk/mmc1p1`, modem.devpath, modem.ttyPath]);
  assert.equal(present.get(`${card}/block/mmc1blk/mmc1p1`)?.body, card);
  assert.equal(present.get(modem.ttyPath)?.body, modem.devpath);
  assert.equal(present.get(modem.ttyPath)?.evidence?.['usb.serial'], 'M');
});

test('what a device says of itself is cut to size and freed of control characters', async (t) => {
  const bed = await testbed(t);
  const watcher = await watching(t, bed);
  const device = await bed.plugUnknown({
    serial: '../../A\u0001B\u001b[31m/\u0085C',
    manufacturer: '\u0007',
    model: `${'x'.repeat(5000)}\u2028`,
  });
  await watcher.until((w) => w.present().has(device.devpath));
  const facts = watcher.present().get(device.devpath)?.evidence ?? {};
  assert.equal(facts['usb.serial'], '../../AB[31m/C');
  assert.equal('usb.manufacturer' in facts, false);
  assert.equal(facts['usb.product']?.length, 256);
});

test('a thousand devices come and go, and the memory is back', async (t) => {
  const bed = await testbed(t);
  const watcher = await watching(t, bed);
  const cycle = async (count: number): Promise<void> => {
    for (let number = 0; number < count; number += 20) {
      const batch = await Promise.all(
        Array.from({ length: 20 }, (_, index) => bed.plugUnknown({ serial: `S${number + index}` })),
      );
      const last = batch.at(-1)?.devpath;
      // What is gone before it has been looked at is never told.
      await watcher.until(({ seen }) => seen.slice(-20).some(({ key }) => key === last));
      await Promise.all(batch.map((device) => bed.unplug(device)));
      await watcher.until(({ seen }) => seen.at(-1)?.kind === 'vanished' && seen.at(-1)?.key === last);
    }
  };
  // The heap has its working size after some of them.
  await cycle(400);
  const before = await watcher.memory();
  const told = watcher.seen.length;
  await cycle(1000);
  const after = await watcher.memory();
  const count = (kind: string) => watcher.seen.slice(told).filter((event) => event.kind === kind).length;
  assert.equal(count('appeared'), 1000);
  assert.equal(count('vanished'), 1000);
  assert.ok((after.used ?? 0) < (before.used ?? 0) * 1.1, `${before.used} bytes in use before, ${after.used} after`);
  assert.ok((after.rss ?? 0) < (before.rss ?? 0) * 1.1, `${before.rss} bytes resident before, ${after.rss} after`);
  assert.equal(await watcher.end(), 0);
});
