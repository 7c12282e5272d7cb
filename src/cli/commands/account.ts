import { password, remove } from '../account/change.js';
import { add, admit } from '../account/create.js';
import { list } from '../account/list.js';
import type { Arguments } from '../arguments.js';
import type { Command, Context } from '../command.js';
import { type ExitCode, UsageError } from '../exit.js';

type Action = (context: Context, words: readonly string[], given: Arguments) => Promise<ExitCode>;

/** What each takes after its name, for people; and which options mean something to it. */
const ACTIONS: Readonly<
  Record<string, { readonly words: readonly string[]; readonly options: readonly string[]; readonly run: Action }>
> = {
  list: { words: [], options: [], run: list },
  add: { words: ['PROTOCOL', 'URL'], options: ['user', 'password-file', 'store', 'name'], run: add },
  allow: { words: ['PROTOCOL'], options: ['user', 'password-file', 'store', 'name'], run: admit },
  password: { words: ['ACCOUNT'], options: ['user', 'password-file'], run: password },
  remove: { words: ['ACCOUNT'], options: [], run: remove },
};

export const account: Command = {
  name: 'account',
  summary: 'List, set up, change or remove accounts: servers, and phones and programs that log in here',
  operands: [
    { name: 'ACTION', kinds: ['text'], optional: true },
    { name: 'WORD', kinds: ['account', 'text'], optional: true, many: true },
  ],
  options: [
    { name: 'user', value: 'NAME', summary: 'log in under this name' },
    {
      name: 'password-file',
      value: 'FILE',
      kind: 'file',
      summary: 'the first line of FILE is the password; - for standard input',
    },
    {
      name: 'store',
      value: 'STORE=ADDRESS',
      many: true,
      summary: 'have this store only, under its address there; may be repeated',
    },
    { name: 'name', value: 'LABEL', summary: 'call the account so' },
  ],
  details:
    'account [list]             all accounts\n' +
    'account add PROTOCOL URL   a server to log in to, such as: account add syncml https://sync.example.org/ds --user me\n' +
    'account allow PROTOCOL     a phone or program that logs in here: account allow syncml --user alice\n' +
    'account password ACCOUNT   another password\n' +
    'account remove ACCOUNT     no more of it; what was synced stays on both sides\n\n' +
    'A password is asked for, or read from standard input. An account is a device: "cradle bind" and the rest take it.',
  run(context, given) {
    const [name = 'list', ...words] = given.operands;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined) throw new UsageError(`"${name}" is none of ${Object.keys(ACTIONS).join(', ')}`);
    const missing = action.words[words.length];
    if (missing !== undefined) throw new UsageError(`account ${name}: ${missing} is missing`);
    const extra = words[action.words.length];
    if (extra !== undefined) throw new UsageError(`account ${name}: "${extra}" is one word too many`);
    for (const { name: option } of this.options)
      if (given.values[option] !== undefined && !action.options.includes(option))
        throw new UsageError(`account ${name} takes no --${option}`);
    return action.run(context, words, given);
  },
};
