import type { Transport } from '../transport.js';
import { SerialTransport } from './serial.js';
import { TcpTransport } from './socket.js';

/** The ways in that hal can open by itself, by the value of a rule's `Transport=` key. */
export function createTransports(): ReadonlyMap<string, Transport> {
  const all: readonly Transport[] = [new SerialTransport(), new TcpTransport()];
  return new Map(all.map((transport) => [transport.name, transport]));
}
