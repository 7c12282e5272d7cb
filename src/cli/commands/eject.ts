import type { Command } from '../command.js';
import { actOnDevice } from '../device-act.js';

export const eject: Command = {
  name: 'eject',
  summary: 'Let go of a device so that it may be unplugged',
  operands: [{ name: 'DEVICE', kinds: ['device'] }],
  options: [],
  run: (context, given) => actOnDevice(context, given.first(), 'Eject', 'may be unplugged now'),
};
