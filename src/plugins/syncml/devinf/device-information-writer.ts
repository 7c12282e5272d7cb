import type { Element, Version } from '../codec/document.js';
import { element, leaf, mark, type Part } from '../message/element.js';
import type {
  ContentCapability,
  ContentType,
  DatastoreInformation,
  DeviceInformation,
  PropertyCapability,
} from './device-information.js';

/** A `DevInf` as the version has it, its parts in the order of the document type. */
export function writeDeviceInformation(information: DeviceInformation, version: Version): Element {
  const since11 = version !== '1.0';
  const { datastores } = information;
  return branch('DevInf', [
    text('VerDTD', version),
    text('Man', information.manufacturer),
    text('Mod', information.model),
    text('OEM', information.oem),
    text('FwV', information.firmware),
    text('SwV', information.software),
    text('HwV', information.hardware),
    text('DevID', information.deviceId),
    text('DevTyp', information.deviceType),
    sign('UTC', information.utc && since11),
    sign('SupportLargeObjs', information.largeObjects && since11),
    sign('SupportNumberOfChanges', information.numberOfChanges && since11),
    ...datastores.map((store) => writeDatastore(store, version)),
    version === '1.2' ? undefined : flatCapabilities(datastores.flatMap(({ capabilities }) => capabilities)),
  ]);
}

const branch = (name: string, parts: readonly Part[]): Element => element(name, parts, 'devinf');
const text = (name: string, value: string | number | undefined): Part => leaf(name, value, 'devinf');
const sign = (name: string, holds: boolean | undefined): Part => mark(name, holds, 'devinf');

function writeDatastore(store: DatastoreInformation, version: Version): Element {
  const { memory } = store;
  return branch('DataStore', [
    text('SourceRef', store.uri),
    text('DisplayName', store.displayName),
    text('MaxGUIDSize', store.maxGuidSize),
    ...writeTypes(store.receives, 'Rx-Pref', 'Rx'),
    ...writeTypes(store.sends, 'Tx-Pref', 'Tx'),
    ...(version === '1.2' ? store.capabilities.map(writeCapability) : []),
    memory &&
      branch('DSMem', [
        sign('SharedMem', memory.shared),
        text('MaxMem', memory.maxBytes),
        text('MaxID', memory.maxIds),
      ]),
    branch(
      'SyncCap',
      store.syncTypes.map((type) => text('SyncType', type)),
    ),
  ]);
}

const writeTypes = (types: readonly ContentType[], preferred: string, other: string): readonly Element[] =>
  types.map(({ type, version }, index) =>
    branch(index === 0 ? preferred : other, [text('CTType', type), text('VerCT', version)]),
  );

const writeCapability = (capability: ContentCapability): Element =>
  branch('CTCap', [
    text('CTType', capability.type),
    text('VerCT', capability.version),
    ...capability.properties.map(writeProperty),
  ]);

const writeProperty = (property: PropertyCapability): Element =>
  branch('Property', [
    text('PropName', property.name),
    text('DataType', property.dataType),
    text('MaxOccur', property.maxOccur),
    text('MaxSize', property.maxSize),
    sign('NoTruncate', property.noTruncate),
    ...property.values.map((value) => text('ValEnum', value)),
    ...property.parameters.map(({ name, values }) =>
      branch('PropParam', [text('ParamName', name), ...values.map((value) => text('ValEnum', value))]),
    ),
  ]);

/** The one `CTCap` that 1.0 and 1.1 have for all datastores: what belongs to what shows by its place. */
function flatCapabilities(capabilities: readonly ContentCapability[]): Part {
  const seen = new Set<string>();
  const parts: Part[] = [];
  for (const capability of capabilities) {
    const key = `${capability.type} ${capability.version ?? ''}`;
    if (seen.has(key)) continue;
    seen.add(key);
    parts.push(text('CTType', capability.type));
    for (const property of capability.properties) parts.push(...flatProperty(property, capability.type));
  }
  return parts.length === 0 ? undefined : branch('CTCap', parts);
}

function flatProperty(property: PropertyCapability, type: string): readonly Part[] {
  const parts: Part[] = [text('PropName', property.name)];
  // Either the values or the kind of value: the document type allows no more.
  if (property.values.length > 0) parts.push(...property.values.map((value) => text('ValEnum', value)));
  else if (property.dataType !== undefined)
    parts.push(text('DataType', property.dataType), text('Size', property.maxSize));
  for (const { name, values } of property.parameters) {
    // In vCard 2.1 the values of TYPE stand alone, and so each is a parameter.
    if (type === 'text/x-vcard' && name === 'TYPE' && values.length > 0)
      parts.push(...values.map((value) => text('ParamName', value)));
    else parts.push(text('ParamName', name), ...values.map((value) => text('ValEnum', value)));
  }
  return parts;
}
