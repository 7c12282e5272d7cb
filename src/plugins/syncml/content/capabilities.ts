import type { Capabilities, Capability } from '../../formats/reduce.js';
import type { ContentCapability, DatastoreInformation, PropertyCapability } from '../devinf/device-information.js';

/** Without one of these a list of what a device can hold is none: such devices hold more than they say. */
const NEEDED = ['N', 'FN', 'SUMMARY', 'DTSTART', 'BODY'];

/** What the device says that it can hold of one type; nothing where it does not say, or cannot mean it. */
export function capabilitiesFor(of: DatastoreInformation | undefined, type: string, version: string): Capabilities {
  const told = of?.capabilities.filter((one) => one.type.toLowerCase() === type.toLowerCase()) ?? [];
  const one =
    told.find((each) => each.version === version) ?? told.find((each) => each.version === undefined) ?? told[0];
  if (one === undefined || !isBelievable(one)) return {};
  return { properties: new Map(one.properties.map((each) => [each.name.toUpperCase(), capabilityOf(each)])) };
}

const isBelievable = ({ properties }: ContentCapability): boolean =>
  properties.some(({ name }) => NEEDED.includes(name.toUpperCase()));

function capabilityOf({ maxSize, maxOccur, noTruncate, values, parameters }: PropertyCapability): Capability {
  return {
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(maxOccur === undefined ? {} : { maxOccur }),
    ...(noTruncate === undefined ? {} : { noTruncate }),
    ...(values.length === 0 ? {} : { values }),
    // A device that lists no parameters at all just does not say.
    ...(parameters.length === 0
      ? {}
      : { parameters: new Map(parameters.map((each) => [each.name.toUpperCase(), each.values])) }),
  };
}
