import { CradleError } from '../../../dbus/errors.js';
import { mediaTypeWord } from '../../formats/media-type.js';
import type { Element, Version } from '../codec/document.js';
import { all, isElement, quoted, text } from '../message/element.js';
import { CapabilityReader } from './capability-reader.js';
import type { ContentCapability, ContentType, DatastoreInformation, DeviceInformation } from './device-information.js';
import { Leniency } from './leniency.js';

/** What a device says of itself, as far as it can be understood, and what could not. */
export interface ReadInformation {
  readonly information: DeviceInformation;
  /** Sentences for the log, naming the element. */
  readonly complaints: readonly string[];
}

const MOST_DATASTORES = 200;
const MOST_TYPES = 100;

/**
 * A `DevInf` of any version. Phones are careless with these, so what is wrong is left out with a complaint. Fails with
 * InvalidItem only where the element is no DevInf at all.
 */
export function readDeviceInformation(devinf: Element): ReadInformation {
  if (devinf.name !== 'DevInf') throw new CradleError('InvalidItem', `${quoted(devinf.name)} is no DevInf`);
  const lenient = new Leniency();
  const capabilities = new CapabilityReader(lenient);
  const common = all(devinf, 'CTCap').flatMap((cap) => capabilities.read(cap));
  const one = (name: string): string | undefined => lenient.text(devinf, name);

  const version = versionOf(one('VerDTD'), lenient);
  const deviceId = one('DevID');
  if (deviceId === undefined) lenient.complain('DevInf is without a DevID');
  const manufacturer = one('Man');
  const model = one('Mod');
  const oem = one('OEM');
  const firmware = one('FwV');
  const software = one('SwV');
  const hardware = one('HwV');
  const information: DeviceInformation = {
    version,
    ...(manufacturer !== undefined && { manufacturer }),
    ...(model !== undefined && { model }),
    ...(oem !== undefined && { oem }),
    ...(firmware !== undefined && { firmware }),
    ...(software !== undefined && { software }),
    ...(hardware !== undefined && { hardware }),
    deviceId: deviceId ?? '',
    deviceType: one('DevTyp') ?? '',
    utc: lenient.has(devinf, 'UTC'),
    largeObjects: lenient.has(devinf, 'SupportLargeObjs'),
    numberOfChanges: lenient.has(devinf, 'SupportNumberOfChanges'),
    datastores: lenient
      .upTo(MOST_DATASTORES, all(devinf, 'DataStore'), 'DataStore')
      .flatMap((store) => readDatastore(store, common, capabilities, lenient)),
  };
  return { information, complaints: lenient.complaints };
}

function versionOf(written: string | undefined, lenient: Leniency): Version {
  if (written === '1.0' || written === '1.1' || written === '1.2') return written;
  const [, version] = /^(1\.[012])\b/.exec(written ?? '') ?? [];
  lenient.complain(`the VerDTD of DevInf is ${written === undefined ? 'absent' : quoted(written)}`);
  return version === '1.0' || version === '1.1' ? version : '1.2';
}

function readDatastore(
  store: Element,
  common: readonly ContentCapability[],
  capabilities: CapabilityReader,
  lenient: Leniency,
): readonly DatastoreInformation[] {
  const uri = lenient.text(store, 'SourceRef');
  if (uri === undefined) {
    lenient.complain('a DataStore is left out, for it is without a SourceRef');
    return [];
  }
  const displayName = lenient.text(store, 'DisplayName');
  const maxGuidSize = lenient.size(store, 'MaxGUIDSize');
  const receives = readTypes(store, ['Rx-Pref', 'Rx'], lenient);
  const sends = readTypes(store, ['Tx-Pref', 'Tx'], lenient);
  const memory = readMemory(store, lenient);
  const own = all(store, 'CTCap').flatMap((cap) => capabilities.read(cap));
  const types = new Set([...receives, ...sends].map(({ type }) => type));
  return [
    {
      uri,
      ...(displayName !== undefined && { displayName }),
      ...(maxGuidSize !== undefined && { maxGuidSize }),
      receives,
      sends,
      ...(memory !== undefined && { memory }),
      syncTypes: readSyncTypes(store, lenient),
      // Up to 1.1 they stand beside the datastores, to be told apart by their types.
      capabilities: own.length > 0 ? own : common.filter(({ type }) => types.has(type)),
    },
  ];
}

function readTypes(store: Element, names: readonly string[], lenient: Leniency): readonly ContentType[] {
  const types: ContentType[] = [];
  for (const element of lenient.upTo(
    MOST_TYPES,
    names.flatMap((name) => all(store, name)),
    'Rx or Tx',
  )) {
    const type = lenient.text(element, 'CTType');
    if (type === undefined) lenient.complain(`a ${element.name} is left out, for it is without a CTType`);
    else types.push({ type: mediaTypeWord(type), version: lenient.text(element, 'VerCT') ?? '' });
  }
  return types.filter(
    (one, index) => types.findIndex(({ type, version }) => type === one.type && version === one.version) === index,
  );
}

function readMemory(store: Element, lenient: Leniency): DatastoreInformation['memory'] {
  const [memory] = all(store, 'DSMem');
  if (memory === undefined) return undefined;
  const maxBytes = lenient.size(memory, 'MaxMem');
  const maxIds = lenient.size(memory, 'MaxID');
  return {
    shared: lenient.has(memory, 'SharedMem'),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(maxIds !== undefined && { maxIds }),
  };
}

function readSyncTypes(store: Element, lenient: Leniency): readonly number[] {
  const types = new Set<number>();
  const [cap] = all(store, 'SyncCap');
  for (const node of lenient.upTo(MOST_TYPES, cap?.children.filter(isElement) ?? [], 'SyncType')) {
    if (node.name !== 'SyncType') continue;
    const number = lenient.number(() => text(node), 'SyncType');
    if (number !== undefined) types.add(number);
  }
  return [...types];
}
