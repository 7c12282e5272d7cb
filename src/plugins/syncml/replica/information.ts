import type { Row } from '../../database/database.js';
import * as field from '../../database/field.js';
import type { Version } from '../codec/document.js';
import type {
  ContentCapability,
  ContentType,
  DatastoreInformation,
  DeviceInformation,
  PropertyCapability,
} from '../devinf/device-information.js';

const VERSIONS: readonly Version[] = ['1.0', '1.1', '1.2'];
const WORDS = ['manufacturer', 'model', 'oem', 'firmware', 'software', 'hardware'] as const;

/** What a device said of itself, as it was written down. Fails with Failed for what nobody could have written. */
export function readInformation(text: string): DeviceInformation {
  const row = field.json({ text }, 'text');
  return {
    version: field.oneOf(row, 'version', VERSIONS),
    deviceId: field.text(row, 'deviceId'),
    deviceType: field.text(row, 'deviceType'),
    utc: field.flag(row, 'utc'),
    largeObjects: field.flag(row, 'largeObjects'),
    numberOfChanges: field.flag(row, 'numberOfChanges'),
    datastores: field.list(row, 'datastores', (value) => datastore(field.record(value, 'a datastore'))),
    ...Object.fromEntries(
      WORDS.flatMap((word) => {
        const value = field.optionalText(row, word);
        return value === undefined ? [] : [[word, value]];
      }),
    ),
  };
}

function datastore(row: Row): DatastoreInformation {
  const displayName = field.optionalText(row, 'displayName');
  const maxGuidSize = field.optionalNumber(row, 'maxGuidSize');
  return {
    uri: field.text(row, 'uri'),
    receives: field.list(row, 'receives', contentType),
    sends: field.list(row, 'sends', contentType),
    syncTypes: field.list(row, 'syncTypes', (value) => field.number({ value }, 'value')),
    capabilities: field.list(row, 'capabilities', (value) => capability(field.record(value, 'a capability'))),
    ...(displayName === undefined ? {} : { displayName }),
    ...(maxGuidSize === undefined ? {} : { maxGuidSize }),
    ...(row.memory === undefined ? {} : { memory: memory(field.record(row.memory, 'memory')) }),
  };
}

function memory(row: Row): NonNullable<DatastoreInformation['memory']> {
  const maxBytes = field.optionalNumber(row, 'maxBytes');
  const maxIds = field.optionalNumber(row, 'maxIds');
  return {
    shared: field.flag(row, 'shared'),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(maxIds === undefined ? {} : { maxIds }),
  };
}

function contentType(value: unknown): ContentType {
  const row = field.record(value, 'a content type');
  return { type: field.text(row, 'type'), version: field.text(row, 'version') };
}

function capability(row: Row): ContentCapability {
  const version = field.optionalText(row, 'version');
  return {
    type: field.text(row, 'type'),
    properties: field.list(row, 'properties', (value) => property(field.record(value, 'a property'))),
    ...(version === undefined ? {} : { version }),
  };
}

function property(row: Row): PropertyCapability {
  const dataType = field.optionalText(row, 'dataType');
  const maxSize = field.optionalNumber(row, 'maxSize');
  const maxOccur = field.optionalNumber(row, 'maxOccur');
  return {
    name: field.text(row, 'name'),
    values: field.texts(row, 'values'),
    parameters: field.list(row, 'parameters', (value) => {
      const parameter = field.record(value, 'a parameter');
      return { name: field.text(parameter, 'name'), values: field.texts(parameter, 'values') };
    }),
    ...(dataType === undefined ? {} : { dataType }),
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(maxOccur === undefined ? {} : { maxOccur }),
    ...(row.noTruncate === undefined ? {} : { noTruncate: field.flag(row, 'noTruncate') }),
  };
}
