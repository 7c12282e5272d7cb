import type { Vocabulary } from '../../src/hal/rule-keys.js';

/** The names that the tests' own rules use, beside those that are shipped. */
export const vocabulary: Vocabulary = {
  plugins: new Map([
    ['storage', { ImportOnly: 'boolean', SubdirByDate: 'boolean' }],
    ['syncml', { ServerName: 'string', AlarmsInUtc: 'boolean', Retries: 'number', Stores: 'list' }],
  ]),
  probes: new Set(['media-player-info', 'at', 'mtp']),
  transports: new Set(['block', 'usb', 'serial']),
};
