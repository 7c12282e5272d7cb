import type { ServerResponse } from 'node:http';
import { HMAC_HEADER } from '../auth/hmac.js';
import type { Packet } from './carrier.js';

/** After a refusal the rest of a message is let run out for so long, so that the client comes to read why. */
const PATIENCE = 2_000;

/** A reply of SyncML. Settles once the system has taken it, or the client is gone, who then will ask again. */
export function sendReply(response: ServerResponse, packet: Packet): Promise<void> {
  response.writeHead(200, {
    'content-type': packet.contentType,
    'content-length': packet.bytes.length,
    'cache-control': 'no-store',
    ...(packet.hmac !== undefined && { [HMAC_HEADER]: packet.hmac }),
  });
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.end(packet.bytes, resolve);
  });
}

/** A short plain sentence instead of one. */
export function refuse(response: ServerResponse, status: number, sentence: string, later?: number): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
    ...(later !== undefined && { 'retry-after': String(later) }),
    ...(status === 405 && { allow: 'POST' }),
  });
  response.end(`${sentence}\n`);
  const { req: request } = response;
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), PATIENCE);
  request.once('close', () => clearTimeout(timer));
}
