import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scope } from '../../../support/scope.js';

export const XML = 'application/vnd.syncml+xml';

/** A SyncML server of HTTP that does as it is told. */
export async function farServer(
  t: Scope,
  handle: RequestListener,
): Promise<{ readonly url: string; readonly port: number }> {
  const server = createServer(handle);
  const port = await listening(t, server);
  return { url: `http://127.0.0.1:${port}/sync`, port };
}

export async function listening(t: Scope, server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    // Tunnels too, which a server of HTTP knows no more of.
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** A connection that is cut when the test is over. */
export function rawConnection(t: Scope, port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

/** Stands between a client and a server, and loses the replies it is told to lose, counted from 0. */
export async function lossyRelay(t: Scope, port: number, lost: readonly number[]): Promise<number> {
  let replies = 0;
  const sockets = new Set<Socket>();
  const relay = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      const starts = bytes.subarray(0, 5).toString() === 'HTTP/';
      if (starts && lost.includes(replies++)) {
        near.destroy();
        far.destroy();
      } else near.write(bytes);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return listening(t, relay);
}

/** A key and a certificate that it signed itself, for `localhost` and a name of its own. */
export async function selfSigned(
  folder: string,
  name = 'sync.example',
): Promise<{ readonly keyFile: string; readonly certificateFile: string }> {
  const keyFile = join(folder, 'key.pem');
  const certificateFile = join(folder, 'certificate.pem');
  const asked = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name} -addext`;
  await promisify(execFile)('openssl', [
    ...asked.split(' '),
    `subjectAltName=DNS:${name}`,
    '-keyout',
    keyFile,
    '-out',
    certificateFile,
  ]);
  return { keyFile, certificateFile };
}
