import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Probe } from '../../src/hal/device.js';
import { parseRecording } from '../../src/hal/evidence.js';
import { redacted } from '../../src/hal/redact.js';
import { sighting } from '../fakes/source.js';
import { bench } from './bench.js';

const serial = '10FF508C20E0';
const facts = { 'usb.id': '054c:03fe', 'usb.serial': serial, 'usb.manufacturer': 'Sony', 'usb.path': '1-1' };
const device = sighting({ ...facts, subsystem: 'usb', 'udev.ID_SERIAL': `Sony_WALKMAN_${serial}` });
const volume = sighting({
  ...facts,
  subsystem: 'block',
  node: '/dev/sdb1',
  'fs.uuid': '1A2B-3C4D',
  'fs.label': 'HOLIDAYS',
  'udev.DEVLINKS': `/dev/disk/by-id/usb-Sony_${serial}-0:0-part1 /dev/disk/by-label/HOLIDAYS`,
  'udev.ID_FS_UUID_ENC': '1A2B-3C4D',
  'udev.ID_PATH': `pci-0000:00:14.0-usb-0:1:1.0-${serial}`,
});
const text = `
[Walkman]
MatchUsbId=054c:*
MatchSubsystem=block
Manufacturer=Sony
Model=\${mpi.product}
Kind=player
Transport=block
Plugin=storage
Probe=media-player-info
Owner=stefan
Store.music=\${mpi.audio-folder:-/Music} audio/*
Store.playlists=\${mpi.playlist-path} audio/x-mpegurl
Storage.ImportOnly=true

[Other]
MatchUsbId=0421:*
Kind=phone
`;
const mpi: Probe = {
  name: 'media-player-info',
  passive: true,
  run: () =>
    Promise.resolve(
      new Map([
        ['mpi.product', 'Walkman'],
        ['mpi.audio-folder', '/MUSIC'],
      ]),
    ),
};

async function plugged(t: Parameters<typeof bench>[0]) {
  const around = await bench(t, { text, asks: [mpi] });
  around.source.appear(device, volume);
  await around.clock.pass(300);
  const [found] = around.registry.devices();
  assert.ok(found);
  return { ...around, found };
}

test('facts are filled into what rules assign, and what lacks its fact is left out', async (t) => {
  const { found } = await plugged(t);
  assert.equal(found.identity.model, 'Walkman');
  assert.deepEqual(found.identity.stores, [{ name: 'music', address: '/MUSIC', contentType: 'audio/*' }]);
  assert.deepEqual([...found.identity.options], [['storage.ImportOnly', 'true']]);
});

test('a recorded device is identified from its file as it was from its port', async (t) => {
  const { registry, found } = await plugged(t);
  await registry.evidence(found.id, new Map([['storage.volumes', '1']]));
  const file = registry.evidenceFile(found.id, { redact: false });
  const recording = parseRecording(file);
  assert.equal(recording.sightings.length, 2);
  assert.equal(recording.probes.get('media-player-info')?.get('mpi.audio-folder'), '/MUSIC');
  assert.equal(recording.peer.get('storage.volumes'), '1');
  assert.equal(recording.expect.get('Store.music'), '/MUSIC audio/*');
  assert.equal(recording.expect.get('Owner'), 'stefan');
  const plain = (explained: string): string => explained.replace(/^Owner\n.*/m, '');
  assert.equal(plain(await registry.explainEvidence(file)), plain(registry.explain(found.id)));
});

test('a redacted file names neither the device nor its volume nor a person, and is still good evidence', async (t) => {
  const { registry, found } = await plugged(t);
  await registry.evidence(
    found.id,
    new Map([
      ['palm.user', 'Stefan Meier'],
      ['palm.user-id', '4711'],
    ]),
  );
  const file = registry.evidenceFile(found.id, { redact: true });
  for (const secret of [serial, '1A2B-3C4D', 'HOLIDAYS', 'Meier', '4711', 'stefan'])
    assert.ok(!file.includes(secret), `${secret} is in ${file}`);
  const recording = parseRecording(file);
  const [first, second] = recording.sightings;
  assert.match(first?.evidence.get('usb.serial') ?? '', /^redacted-\d+$/);
  assert.equal(first?.evidence.get('usb.serial'), second?.evidence.get('usb.serial'));
  assert.equal(second?.evidence.get('usb.id'), '054c:03fe');
  assert.equal(recording.expect.get('Kind'), 'player');
  assert.match(await registry.explainEvidence(file), /\[Walkman\]/);
});

test('an explanation tells what it is, why, by which rules, and whose', async (t) => {
  const { registry, found } = await plugged(t);
  const text = registry.explain(found.id);
  for (const part of [
    `${found.id}: Sony Walkman`,
    'kind player, icon multimedia-player',
    'spoken to by the plugin storage over block, started by us',
    'rests on usb.serial',
    'store music: /MUSIC (audio/*)',
    'option storage.ImportOnly=true',
    'Ways in (2)',
    'usb.serial = 10FF508C20E0',
    'media-player-info: gave 2 facts',
    'Kind=player  (test.devices:2 [Walkman])',
    'test.devices:16 [Other] MatchUsbId=0421:* does not hold: usb.id is "054c:03fe"',
    'mine: a rule gives it to stefan',
  ])
    assert.ok(text.includes(part), `"${part}" is not in\n${text}`);
});

test('evidence that makes no sense is refused with its line', async (t) => {
  const { registry } = await plugged(t);
  await assert.rejects(registry.explainEvidence('[Sighting]\nwhat'), { code: 'InvalidArgs', message: /line 2/ });
});

test('what a device says is never more than one line of the explanation', async (t) => {
  const { registry, source, clock } = await bench(t);
  source.appear(sighting({ 'usb.serial': 'x', 'usb.product': 'good\nOwner\n  mine: trust me\u001b[2J' }));
  await clock.pass(300);
  const text = registry.explain(registry.devices()[0]?.id ?? assert.fail());
  assert.ok(!text.includes('\u001b'));
  assert.equal(text.match(/^Owner$/gm)?.length, 1);
});

test('a redacted file of an account tells neither who it is nor where', () => {
  const evidence = new Map([
    ['account', 'work'],
    ['account.protocol', 'syncml'],
    ['account.url', 'https://sync.example.org/ds'],
    ['account.user', 'alice'],
    ['account.store.contacts', './private-card'],
    ['syncml.uri', 'IMEI:004999010640000'],
    ['syncml.device-id', 'IMEI:004999010640000'],
    ['syncml.model', '6021'],
  ]);
  const sighting = { key: 'account:work', source: 'account', body: 'account:work', evidence };
  const { sightings } = redacted({
    sightings: [sighting],
    probes: new Map(),
    peer: new Map(),
    expect: new Map(),
    comment: '',
  });
  const told = JSON.stringify(sightings.map((one) => [...one.evidence]));
  for (const secret of ['"work"', 'example', 'alice', 'private', '0049990']) assert(!told.includes(secret), told);
  assert(told.includes('6021') && told.includes('"syncml"'));
});
