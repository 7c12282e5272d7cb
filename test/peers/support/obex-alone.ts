import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { CradleError } from '../../../src/dbus/errors.js';
import type { Sighting } from '../../../src/hal/device.js';
import { ObexClient } from '../../../src/hal/obex/client.js';
import { HEADER, type Header, textHeader, textOf } from '../../../src/hal/obex/headers.js';
import { type ObexRequest, type ObexService, serveObex } from '../../../src/hal/obex/server.js';
import type { Channel } from '../../../src/hal/transport.js';
import { Reader } from '../../../src/hal/transports/reader.js';
import { TcpTransport } from '../../../src/hal/transports/socket.js';
import { TcpListener } from '../../../src/hal/transports/tcp-listener.js';
import { until } from '../../support/until.js';

/** The port that the open-source tools insist on. */
const PORT = 650;
const signal = AbortSignal.timeout(50_000);

type Tool = ChildProcessByStdio<Writable, Readable, null>;

/** A tool that is told what to do by what it reads. */
function start(name: string, words: readonly string[], said = ''): Tool {
  const tool = spawn(name, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  tool.stdout.resume();
  tool.stdin.write(said);
  return tool;
}

async function ended(tool: Tool): Promise<void> {
  if (tool.exitCode === null) await once(tool, 'exit');
}

/** The channel to a tool that has begun to listen. */
async function channelTo(): Promise<Channel> {
  const there: Sighting = {
    key: 'the tool',
    source: 'test',
    body: 'the tool',
    evidence: new Map([
      ['tcp.host', '127.0.0.1'],
      ['tcp.port', String(PORT)],
    ]),
  };
  let channel: Channel | undefined;
  await until(async () => {
    channel = await new TcpTransport().open(there, signal).catch(() => undefined);
    return channel !== undefined;
  });
  if (channel === undefined) throw new Error('the tool does not listen');
  return channel;
}

/** Puts the file `name` to a tool as `to`, with our client. */
async function put(name: string, to: string): Promise<void> {
  await using channel = await channelTo();
  await using client = await ObexClient.connect(new Reader(channel), { name: 'the tool' }, signal);
  await client.put([textHeader(HEADER.name, to)], await readFile(name), signal);
}

/** A folder that keeps what is put into it, and tells what was. */
class Inbox implements ObexService {
  readonly got: string[] = [];

  connect(): readonly Header[] {
    return [];
  }

  async put({ headers }: ObexRequest, body: Uint8Array | undefined): Promise<readonly Header[]> {
    const name = textOf(headers, HEADER.name)?.split('/').at(-1) ?? '';
    await writeFile(`received-${name}`, body ?? '');
    this.got.push(name);
    return [];
  }

  async get(): Promise<never> {
    throw new CradleError('NotFound', 'there is nothing to fetch');
  }

  async setPath(): Promise<void> {}
}

/** Serves one call of a tool with our server. */
async function serve(tool: () => Tool): Promise<void> {
  // obex_test calls ::1, the others 127.0.0.1.
  await using listener = await TcpListener.open('::', PORT);
  const running = tool();
  const { value } = await listener.calls(signal).next();
  if (value === undefined) throw new Error('the tool does not call');
  await using channel = value.channel;
  const inbox = new Inbox();
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  await serveObex(new Reader(channel), inbox, { name: 'the tool', log: quiet }, signal);
  await ended(running);
  console.log(inbox.got.join(' '));
}

const ACTS: Readonly<Record<string, (name: string) => Promise<void>>> = {
  'to obex_tcp': async (name) => {
    const tool = start('obex_tcp', []);
    await put(name, `received-${name}`);
    await ended(tool);
  },
  'to obex_test': async (name) => {
    const tool = start('obex_test', ['-i'], 's\n');
    await put(name, `received-${name}`);
    tool.stdin.end('q\n');
    await ended(tool);
  },
  'to obexftpd': async (name) => {
    const tool = start('obexftpd', ['-n', String(PORT), '-c', process.cwd()]);
    await put(name, `received-${name}`);
    tool.kill();
    await ended(tool);
  },
  'from obex_tcp': (name) => serve(() => start('obex_tcp', [name, '127.0.0.1'])),
  'from obex_test': (name) => serve(() => start('obex_test', ['-i'], `c\np\n${name}\n${name}\nd\nq\n`)),
  'from obexftp': (name) => serve(() => start('obexftp', ['-n', '127.0.0.1', '-U', 'none', '-H', '-S', '-p', name])),
};

const [act = '', name = ''] = process.argv.slice(2);
await ACTS[act]?.(name);
process.exit(0);
