import type { Evidence } from '../../hal/device.js';
import type { PeerIdentity } from './dialogue/conversation.js';

/**
 * What a device says of itself in SyncML, as evidence; docs/evidence.md lists it. `generic`: these are its own words on
 * what it is, not those of a server, nor such where a probe has asked better.
 */
export function factsOf({ uri, version, encoding, information }: PeerIdentity, generic: boolean): Evidence {
  const facts = new Map<string, string>([
    ['syncml.uri', uri],
    ['syncml.version', version],
    ['syncml.encoding', encoding],
  ]);
  if (information === undefined) return facts;
  const { manufacturer, model, oem, firmware, software, hardware, deviceId, deviceType, datastores } = information;
  const told: Readonly<Record<string, string | undefined>> = {
    'syncml.manufacturer': manufacturer,
    'syncml.model': model,
    'syncml.oem': oem,
    'syncml.firmware': firmware,
    'syncml.software': software,
    'syncml.hardware': hardware,
    'syncml.device-id': deviceId,
    'syncml.device-type': deviceType,
    'syncml.datastores': datastores.map((store) => store.uri).join(';'),
    ...(generic ? { manufacturer, model } : {}),
  };
  for (const [fact, value] of Object.entries(told))
    if (value !== undefined && value.trim() !== '') facts.set(fact, value.trim());
  return facts;
}
