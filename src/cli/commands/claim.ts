import type { Command } from '../command.js';
import { actOnDevice } from '../device-act.js';

export const claim: Command = {
  name: 'claim',
  summary: 'Make a device yours',
  operands: [{ name: 'DEVICE', kinds: ['device'] }],
  options: [],
  run: (context, given) =>
    actOnDevice(context, given.first(), 'Claim', 'is yours now; "cradle bind" says what to sync'),
};
