import { CradleError } from '../../dbus/errors.js';
import { OPCODE } from './codes.js';
import { decodeHeaders, encodeHeaders, type Header, hex } from './headers.js';

/** One request or response: IrDA OBEX 1.5, sections 3.1 and 3.2. */
export interface Packet {
  /** Opcode or response code, with the final bit as it came. */
  readonly code: number;
  /** What stands between length and headers in CONNECT, its response, and SETPATH. */
  readonly fields: Uint8Array;
  readonly headers: readonly Header[];
}

/** What a CONNECT and its response say beside headers. */
export interface ConnectFields {
  /** 0x10 is version 1.0, as all say. */
  readonly version: number;
  readonly flags: number;
  /** Bytes of the largest packet that whoever sends this can take. */
  readonly maximum: number;
}

/** Nobody may ask for less (section 3.4.1.3), and no more can be written. */
export const LEAST_PACKET = 255;
export const GREATEST_PACKET = 0xffff;
export const OBEX_VERSION = 0x10;
/** Code and length. */
export const PACKET_HEAD = 3;
export const CONNECT_FIELDS = 4;
const SETPATH_FIELDS = 2;

const NONE = new Uint8Array();

/** Fields that stand in a request before its headers. */
export const fieldsOfRequest = (code: number): number =>
  code === OPCODE.connect ? CONNECT_FIELDS : code === OPCODE.setPath ? SETPATH_FIELDS : 0;

export const request = (code: number, headers: readonly Header[] = [], fields: Uint8Array = NONE): Packet => ({
  code,
  fields,
  headers,
});

export const response = request;

export function encodePacket({ code, fields, headers }: Packet): Uint8Array {
  const encoded = encodeHeaders(headers);
  const size = PACKET_HEAD + fields.byteLength + encoded.byteLength;
  if (size > GREATEST_PACKET) throw new CradleError('LimitsExceeded', `an OBEX packet of ${size} bytes is too large`);
  const bytes = Buffer.alloc(size);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt16BE(size, 1);
  bytes.set(fields, PACKET_HEAD);
  bytes.set(encoded, PACKET_HEAD + fields.byteLength);
  return bytes;
}

/** Fails with PluginFailed when it is no packet, or its headers do not fit. `fields`: bytes before the headers. */
export function decodePacket(bytes: Uint8Array, fields: number): Packet {
  const code = bytes[0];
  const start = PACKET_HEAD + fields;
  if (code === undefined || bytes.byteLength < start)
    throw new CradleError('PluginFailed', `an OBEX packet ${hex(code ?? 0)} is too short`);
  return { code, fields: bytes.subarray(PACKET_HEAD, start), headers: decodeHeaders(bytes.subarray(start)) };
}

export function encodeConnect({ version, flags, maximum }: ConnectFields): Uint8Array {
  const bytes = Buffer.alloc(CONNECT_FIELDS);
  bytes.writeUInt8(version, 0);
  bytes.writeUInt8(flags, 1);
  bytes.writeUInt16BE(maximum, 2);
  return bytes;
}

/** A maximum below the least is a mistake, and taken for the least. */
export function decodeConnect(fields: Uint8Array): ConnectFields {
  const [version = OBEX_VERSION, flags = 0, high = 0, low = 0] = fields;
  return { version, flags, maximum: Math.max(LEAST_PACKET, (high << 8) | low) };
}

/** Bytes in, whole packets out. Holds one packet at most. */
export class PacketSplitter {
  readonly #largest: number;
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Of the packet that has begun; 0 while its length is not complete. */
  #size = 0;

  constructor(largest: number = GREATEST_PACKET) {
    this.#largest = largest;
  }

  /** The next packet as bytes, and what came after it. Fails with PluginFailed for lengths that none can have. */
  take(bytes: Uint8Array): { readonly packet: Uint8Array; readonly rest: Uint8Array } | undefined {
    this.#pieces.push(bytes);
    this.#held += bytes.byteLength;
    if (this.#size === 0 && this.#held >= PACKET_HEAD) this.#size = this.#sizeOf(this.#joined());
    if (this.#size === 0 || this.#held < this.#size) return undefined;
    const held = this.#joined();
    const taken = { packet: held.subarray(0, this.#size), rest: held.subarray(this.#size) };
    this.#pieces = [];
    this.#held = 0;
    this.#size = 0;
    return taken;
  }

  #joined(): Uint8Array {
    const [only] = this.#pieces;
    if (only !== undefined && this.#pieces.length === 1) return only;
    const held = Buffer.concat(this.#pieces);
    this.#pieces = [held];
    return held;
  }

  #sizeOf([, high = 0, low = 0]: Uint8Array): number {
    const size = (high << 8) | low;
    if (size < PACKET_HEAD || size > this.#largest)
      throw new CradleError('PluginFailed', `an OBEX packet says it has ${size} bytes`);
    return size;
  }
}
