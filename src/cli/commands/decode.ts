import type { Command } from '../command.js';

export const decode: Command = {
  name: 'decode',
  summary: 'Print a SyncML message as readable XML, or convert it',
  operands: [{ name: 'FILE', kinds: ['file'] }],
  options: [
    { name: 'to', value: 'ENCODING', choices: ['xml', 'wbxml'], summary: 'convert it to xml, in one line, or wbxml' },
    { name: 'output', short: 'o', value: 'FILE', kind: 'file', summary: 'write to FILE instead of standard output' },
  ],
  details:
    'FILE, or - for standard input, holds a message or device information in XML or WBXML, or a server alerted\n' +
    'notification; which of them, its octets tell. No daemon is needed.',
  async run(context, given) {
    // Every other command starts the sooner for not loading the codec.
    const { runDecode } = await import('../decode/run.js');
    return runDecode(context, given);
  },
};
