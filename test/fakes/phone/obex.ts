import { FINAL, OPCODE, RESPONSE } from '../../../src/hal/obex/codes.js';
import { bodyOf, bytesHeader, HEADER, numberHeader, typeHeader, typeOf } from '../../../src/hal/obex/headers.js';
import {
  decodeConnect,
  decodePacket,
  encodeConnect,
  encodePacket,
  fieldsOfRequest,
  PacketSplitter,
  response,
} from '../../../src/hal/obex/packet.js';
import type { Packet } from '../../../src/plugins/syncml/carrier/carrier.js';

/** What a telephone does with what is brought and fetched. */
export interface ObexService {
  /** Gives an OBEX response code. */
  put(packet: Packet): number;
  get(): Packet | undefined;
}

type Send = (bytes: Uint8Array) => void;

/** Bytes of the largest packet that it takes, and sends. */
const LARGEST = 1_024;
const CONNECTION = 0x10;

/** The OBEX server of a telephone (IrDA OBEX 1.5), as it is once AT+CPROT=0 led there. */
export class PhoneObex {
  /** Packets without a word that it puts before each message. */
  stalls = 0;
  readonly #service: ObexService;
  readonly #splitter = new PacketSplitter();
  #largest = LARGEST;
  #brought: { readonly type: string; readonly pieces: Uint8Array[] } | undefined;
  #fetched: { readonly packet: Packet; sent: number; stalled: number } | undefined;

  constructor(service: ObexService) {
    this.#service = service;
  }

  /** `back`: it is at AT commands again. */
  take(bytes: Uint8Array, send: Send): 'stay' | 'back' {
    let rest = bytes;
    for (;;) {
      const taken = this.#splitter.take(rest);
      if (taken === undefined) return 'stay';
      rest = taken.rest;
      const code = taken.packet[0] ?? 0;
      send(this.#answer(taken.packet));
      if (code === OPCODE.disconnect) return 'back';
      if (rest.byteLength === 0) return 'stay';
    }
  }

  #answer(bytes: Uint8Array): Uint8Array {
    const code = bytes[0] ?? 0;
    const { fields, headers } = decodePacket(bytes, fieldsOfRequest(code));
    const plain = (answer: number): Uint8Array => encodePacket(response(answer));
    switch (code) {
      case OPCODE.connect: {
        this.#brought = this.#fetched = undefined;
        this.#largest = Math.min(LARGEST, decodeConnect(fields).maximum);
        const who = headers.find(({ id }) => id === HEADER.target);
        const own = encodeConnect({ version: 0x10, flags: 0, maximum: LARGEST });
        if (who?.kind !== 'bytes' || Buffer.from(who.bytes).toString() !== 'SYNCML-SYNC')
          return encodePacket(response(RESPONSE.notFound, [], own));
        const said = [numberHeader(HEADER.connectionId, CONNECTION), bytesHeader(HEADER.who, who.bytes)];
        return encodePacket(response(RESPONSE.success, said, own));
      }
      case OPCODE.put:
      case OPCODE.put | FINAL: {
        this.#brought ??= { type: typeOf(headers) ?? '', pieces: [] };
        const piece = bodyOf(headers);
        if (piece !== undefined) this.#brought.pieces.push(Uint8Array.from(piece));
        if ((code & FINAL) === 0) return plain(RESPONSE.continue);
        const { type, pieces } = this.#brought;
        this.#brought = undefined;
        return plain(this.#service.put({ contentType: type, bytes: Buffer.concat(pieces) }));
      }
      case OPCODE.get | FINAL: {
        if (this.#fetched === undefined) {
          const packet = this.#service.get();
          if (packet === undefined) return plain(RESPONSE.notFound);
          this.#fetched = { packet, sent: 0, stalled: 0 };
        }
        return this.#piece(this.#fetched);
      }
      case OPCODE.disconnect:
      case OPCODE.abort:
        this.#brought = this.#fetched = undefined;
        return plain(RESPONSE.success);
      default:
        return plain(RESPONSE.notImplemented);
    }
  }

  #piece(fetched: { readonly packet: Packet; sent: number; stalled: number }): Uint8Array {
    if (fetched.stalled < this.stalls) {
      fetched.stalled++;
      return encodePacket(response(RESPONSE.continue));
    }
    const { contentType, bytes } = fetched.packet;
    const head = fetched.sent === 0 ? [typeHeader(contentType)] : [];
    const piece = bytes.subarray(fetched.sent, fetched.sent + this.#largest - 80);
    fetched.sent += piece.byteLength;
    const last = fetched.sent === bytes.byteLength;
    if (last) this.#fetched = undefined;
    const body = bytesHeader(last ? HEADER.endOfBody : HEADER.body, piece);
    return encodePacket(response(last ? RESPONSE.success : RESPONSE.continue, [...head, body]));
  }
}
