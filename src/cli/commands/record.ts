import { writeFile } from 'node:fs/promises';
import { v } from '../../dbus/variant.js';
import type { Command } from '../command.js';
import { EXIT, UsageError } from '../exit.js';
import { findDevice } from '../find.js';
import { shown } from '../width.js';
import { labelOf } from '../words.js';

export const record: Command = {
  name: 'record',
  summary: 'Write down what a device shows of itself, as an evidence file',
  operands: [{ name: 'DEVICE', kinds: ['device'] }],
  options: [
    { name: 'redact', summary: 'replace serial numbers, and what else names you' },
    { name: 'output', short: 'o', value: 'FILE', kind: 'file', summary: 'write to FILE instead of standard output' },
  ],
  async run({ daemon: open, screen, json }, given) {
    const daemon = await open();
    const device = findDevice(daemon, given.first());
    const [evidence] = await daemon.manager.call('Record', [device.path, { redact: v.b(given.flag('redact')) }]);
    const path = given.text('output');
    if (path === undefined) {
      if (json) screen.json({ device: device.view.Id, evidence });
      else screen.raw(evidence);
      return EXIT.ok;
    }
    await writeFile(path, evidence).catch((error: Error) => {
      throw new UsageError(`${path} cannot be written: ${error.message}`);
    });
    if (json) screen.json({ device: device.view.Id, file: path });
    else screen.line(`${labelOf(device)} is recorded in ${shown(path)}.`);
    return EXIT.ok;
  },
};
