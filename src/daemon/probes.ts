import { AtProbe } from '../hal/at/probe.js';
import type { Probe } from '../hal/device.js';
import { MediaPlayerInfoProbe } from '../hal/media-player-info.js';
import type { Transport } from '../hal/transport.js';

/** All that rules may ask for with `Probe=`. */
export function createProbes(transports: ReadonlyMap<string, Transport>): readonly Probe[] {
  const serial = transports.get('serial');
  return [new MediaPlayerInfoProbe(), ...(serial === undefined ? [] : [new AtProbe(serial)])];
}
