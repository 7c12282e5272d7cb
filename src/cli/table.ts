import type { Command } from './command.js';
import { account } from './commands/account.js';
import { bind } from './commands/bind.js';
import { bindings } from './commands/bindings.js';
import { claim } from './commands/claim.js';
import { complete } from './commands/complete.js';
import { completionOf } from './commands/completion.js';
import { decide } from './commands/decide.js';
import { decode } from './commands/decode.js';
import { doctor } from './commands/doctor.js';
import { eject } from './commands/eject.js';
import { explain } from './commands/explain.js';
import { forget } from './commands/forget.js';
import { helpOn } from './commands/help.js';
import { history } from './commands/history.js';
import { list } from './commands/list.js';
import { pause } from './commands/pause.js';
import { record } from './commands/record.js';
import { release } from './commands/release.js';
import { reload } from './commands/reload.js';
import { resume } from './commands/resume.js';
import { set } from './commands/set.js';
import { show } from './commands/show.js';
import { stores } from './commands/stores.js';
import { sync } from './commands/sync.js';
import { unbind } from './commands/unbind.js';
import { version } from './commands/version.js';
import { watch } from './commands/watch.js';

/** All commands, in the order the help tells them. */
export const COMMANDS: readonly Command[] = [
  list,
  show,
  watch,
  claim,
  release,
  forget,
  eject,
  bind,
  unbind,
  set,
  bindings,
  stores,
  account,
  sync,
  decide,
  history,
  explain,
  record,
  decode,
  doctor,
  reload,
  pause,
  resume,
  completionOf(() => COMMANDS),
  version,
  helpOn(() => COMMANDS),
];

/** The command of this name; `complete` is for shells, and not in the help. */
export const commandNamed = (name: string): Command | undefined =>
  [...COMMANDS, complete].find((command) => command.name === name);
