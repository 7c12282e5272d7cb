import type { Command } from '../command.js';
import { actOnDevice } from '../device-act.js';

export const release: Command = {
  name: 'release',
  summary: 'Give up the claim on a device',
  operands: [{ name: 'DEVICE', kinds: ['device'] }],
  options: [],
  run: (context, given) => actOnDevice(context, given.first(), 'Release', 'is no longer claimed'),
};
