import assert from 'node:assert/strict';
import type { Device, Sighting, StoreHint } from '../../src/hal/device.js';
import { isDeviceId } from '../../src/hal/device-id.js';

export interface BlockVolume {
  readonly node: string;
  readonly uuid?: string;
  readonly label?: string;
  /** `major:minor`. */
  readonly number?: string;
}

export interface BlockDeviceOptions {
  readonly id?: string;
  readonly kind?: Device['identity']['kind'];
  readonly volumes: readonly BlockVolume[];
  /** `name: 'address type'`, as in a rule. */
  readonly stores: Readonly<Record<string, string>>;
  /** Without the plugin's name in front. */
  readonly options?: Readonly<Record<string, string>>;
}

/** A recognised device of ours that shows its memory as disks, as hal would tell of it. */
export function blockDevice({
  id = 'stick',
  kind = 'storage',
  volumes,
  stores,
  options = {},
}: BlockDeviceOptions): Device {
  assert(isDeviceId(id));
  const usb: Sighting = {
    key: `/devices/${id}`,
    source: 'test',
    body: `/devices/${id}`,
    evidence: new Map([
      ['subsystem', 'usb'],
      ['usb.id', '0123:4567'],
    ]),
  };
  const sightings = volumes.map(({ node, uuid, label, number }, slot): Sighting => {
    const [major, minor] = number?.split(':') ?? [];
    const facts: readonly (readonly [string, string | undefined])[] = [
      ['subsystem', 'block'],
      ['node', node],
      ['fs.usage', 'filesystem'],
      ['fs.uuid', uuid],
      ['fs.label', label],
      ['udev.MAJOR', major],
      ['udev.MINOR', minor],
    ];
    const evidence = new Map(facts.flatMap(([fact, value]) => (value === undefined ? [] : [[fact, value] as const])));
    return { key: `/devices/${id}/slot${slot}`, source: 'test', body: usb.key, evidence };
  });
  const hints = Object.entries(stores).map(([name, line]): StoreHint => {
    const space = line.lastIndexOf(' ');
    return { name, address: line.slice(0, space), contentType: line.slice(space + 1) };
  });
  return {
    id,
    identity: {
      manufacturer: 'Maker',
      model: 'Stick',
      kind,
      icon: 'drive-removable-media',
      plugin: 'storage',
      transport: 'block',
      startedBy: 'us',
      stores: hints,
      options: new Map(Object.entries(options).map(([name, value]) => [`storage.${name}`, value])),
      lasting: true,
    },
    owner: { kind: 'mine', because: 'claim' },
    sightings: [usb, ...sightings],
    evidence: usb.evidence,
  };
}
