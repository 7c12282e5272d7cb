import { AtProbe } from '../../src/hal/at/probe.js';
import { MediaPlayerInfoProbe } from '../../src/hal/media-player-info.js';
import type { Vocabulary } from '../../src/hal/rule-keys.js';
import { SerialTransport } from '../../src/hal/transports/serial.js';
import { createCatalogue } from '../../src/plugins/catalogue.js';
import { ListedLog } from '../fakes/log.js';

const catalogue = createCatalogue({
  systemBus: () => Promise.reject(new Error('no plugin needs a bus to say what it understands')),
  log: new ListedLog(),
  environment: {},
});

/** The names that shipped rules may use: what the plugins declare. */
export const shippedVocabulary: Vocabulary = {
  plugins: catalogue.options,
  probes: new Set([new MediaPlayerInfoProbe().name, new AtProbe(new SerialTransport()).name]),
  transports: new Set([...catalogue.protocols.values()].flatMap((plugin) => plugin.transports)),
};

/** The names that the tests' own rules use. */
export const vocabulary: Vocabulary = {
  plugins: new Map([
    ['storage', { ImportOnly: 'boolean' }],
    ['syncml', { ServerName: 'string', AlarmsInUtc: 'boolean', Retries: 'number', Stores: 'list' }],
  ]),
  probes: new Set(['media-player-info', 'at', 'mtp']),
  transports: new Set(['block', 'usb', 'serial']),
};
