import type { Command } from '../command.js';
import { actOnDevice } from '../device-act.js';

export const forget: Command = {
  name: 'forget',
  summary: 'Forget a device with its claim, label and bindings; files stay on both sides',
  operands: [{ name: 'DEVICE', kinds: ['device'] }],
  options: [],
  run: (context, given) => actOnDevice(context, given.first(), 'Forget', 'is forgotten'),
};
