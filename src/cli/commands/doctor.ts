import { systemBusAddress } from '../../dbus/bus.js';
import type { Command } from '../command.js';
import { session, system } from '../doctor/buses.js';
import type { Finding } from '../doctor/finding.js';
import { hardwareKnowledge, type Machine, nodes, service, udev } from '../doctor/machine.js';
import { EXIT } from '../exit.js';
import type { Screen } from '../screen.js';
import { padded, widthOf } from '../width.js';
import { counted } from '../words.js';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Say what is missing or wrong on this machine, and what to do about it',
  operands: [],
  options: [{ name: 'root', value: 'FOLDER', kind: 'folder', summary: 'look at the files of the system below FOLDER' }],
  async run({ screen, json, address, environment, signal }, given) {
    const machine: Machine = { root: given.text('root') ?? '/', environment };
    const findings = (
      await Promise.all([
        session(address, signal),
        system(systemBusAddress(environment), signal),
        udev(machine),
        service(machine),
        hardwareKnowledge(machine),
        nodes(machine),
      ])
    ).flat();
    if (json) screen.json(findings);
    else print(screen, findings);
    return findings.some(({ verdict }) => verdict === 'fail') ? EXIT.failed : EXIT.ok;
  },
};

const MARKS = { ok: ['green', 'ok'], warn: ['yellow', 'warn'], fail: ['red', 'fail'] } as const;

function print(screen: Screen, findings: readonly Finding[]): void {
  const width = Math.max(...findings.map(({ about }) => widthOf(about)));
  for (const { verdict, about, found, next } of findings) {
    const [style, word] = MARKS[verdict];
    screen.line(`${screen.styled(style, padded(word, 4))}  ${padded(about, width)}  ${found}`);
    if (next !== '') screen.line(`${' '.repeat(width + 8)}→ ${next}`);
  }
  const of = (verdict: Finding['verdict']): number => findings.filter((one) => one.verdict === verdict).length;
  const [failures, warnings] = [of('fail'), of('warn')];
  screen.line();
  if (failures > 0)
    screen.line(`${counted(failures, 'thing')} must be mended, ${counted(warnings, 'more', 'more')} might be better.`);
  else if (warnings > 0) screen.line(`Cradle can work; ${counted(warnings, 'thing')} might be better.`);
  else screen.line('All is well.');
}
