import { CradleError } from '../../dbus/errors.js';
import { GrowingBody } from './body.js';
import { FINAL, OPCODE, RESPONSE } from './codes.js';
import {
  bodyOf,
  bytesHeader,
  bytesOfHeader,
  HEADER,
  type Header,
  numberHeader,
  numberOf,
  sizeOfHeader,
} from './headers.js';
import {
  decodeConnect,
  decodePacket,
  encodeConnect,
  fieldsOfRequest,
  LEAST_PACKET,
  OBEX_VERSION,
  PACKET_HEAD,
  type Packet,
  response,
} from './packet.js';

/** What a request asks of whoever serves it; `reply` is the session's own business and just has to be sent. */
export type Demand =
  | { readonly kind: 'reply'; readonly packet: Packet; readonly over?: boolean }
  | { readonly kind: 'connect'; readonly target: Uint8Array | undefined; readonly headers: readonly Header[] }
  /** Without a body it asks for something to be deleted (IrDA OBEX 1.5, section 3.4.3.6). */
  | { readonly kind: 'put'; readonly headers: readonly Header[]; readonly body: Uint8Array | undefined }
  | { readonly kind: 'get'; readonly headers: readonly Header[] }
  | { readonly kind: 'path'; readonly headers: readonly Header[]; readonly flags: number };

export interface SessionLimits {
  /** Bytes of the largest packet we take. */
  readonly maximum: number;
  /** Bytes of the largest body we take. */
  readonly body: number;
}

/** Bytes of all headers of one request, its body aside. */
const MOST_HEADERS = 64 * 1024;

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asked'; readonly demand: Demand['kind'] }
  | Gathering
  | { readonly kind: 'answering'; readonly body: Uint8Array; sent: number };

/** A request that comes in several packets. */
interface Gathering {
  readonly kind: 'putting' | 'getting';
  readonly headers: Header[];
  /** Bytes of the headers so far. */
  size: number;
  /** Undefined as long as there is none at all. */
  body: GrowingBody | undefined;
}

/** The server's side of a connection: requests in, demands and responses out. No I/O; holds one object at most. */
export class ServerSession {
  readonly #limits: SessionLimits;
  #state: State = { kind: 'idle' };
  #connectionId: number | undefined;
  /** Bytes of the largest packet that the client takes. */
  #maximum = LEAST_PACKET;

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  /** What to do about a request. Fails with PluginFailed when it is none; the connection is of no more use then. */
  take(bytes: Uint8Array): Demand {
    const code = bytes[0] ?? 0;
    const packet = decodePacket(bytes, fieldsOfRequest(code));
    if (code === OPCODE.abort) return this.abort();
    if (code === OPCODE.connect) return this.#connect(packet);
    if (code === OPCODE.disconnect) return this.#disconnect();
    const connectionId = numberOf(packet.headers, HEADER.connectionId);
    if (connectionId !== undefined && connectionId !== this.#connectionId) return this.#refuse(RESPONSE.unavailable);
    const final = (code & FINAL) !== 0;
    switch (code | FINAL) {
      case OPCODE.put | FINAL:
        return this.#put(packet, final);
      case OPCODE.get | FINAL:
        return this.#get(packet, final);
      case OPCODE.setPath:
        this.#state = { kind: 'asked', demand: 'path' };
        return { kind: 'path', headers: packet.headers, flags: packet.fields[0] ?? 0 };
      default:
        return this.#refuse(RESPONSE.notImplemented);
    }
  }

  /** The connection is granted under an id that is not 0. */
  connected(connectionId: number, headers: readonly Header[]): Packet {
    this.#state = { kind: 'idle' };
    this.#connectionId = connectionId;
    const fields = encodeConnect({ version: OBEX_VERSION, flags: 0, maximum: this.#limits.maximum });
    return response(RESPONSE.success, [numberHeader(HEADER.connectionId, connectionId), ...headers], fields);
  }

  /** The demand is refused. A refused CONNECT has its fields all the same (section 3.4.1). */
  refused(code: number, headers: readonly Header[] = []): Packet {
    const connecting = this.#state.kind === 'asked' && this.#state.demand === 'connect';
    this.#state = { kind: 'idle' };
    return response(code, headers, connecting ? this.#greeting() : undefined);
  }

  /** The demand is met; `body` answers a GET, in as many packets as it takes. */
  answered(headers: readonly Header[] = [], body?: Uint8Array): Packet {
    this.#state = { kind: 'idle' };
    if (body === undefined) return response(RESPONSE.success, headers);
    const packet = this.#piece(headers, body, 0);
    if (packet === undefined)
      throw new CradleError(
        'LimitsExceeded',
        `the client takes packets of ${this.#maximum} bytes, too few for the headers`,
      );
    return packet;
  }

  /** Whatever was under way is not any more. */
  abort(): Demand {
    this.#state = { kind: 'idle' };
    return { kind: 'reply', packet: response(RESPONSE.success) };
  }

  #connect({ fields, headers }: Packet): Demand {
    this.#maximum = decodeConnect(fields).maximum;
    this.#connectionId = undefined;
    this.#state = { kind: 'asked', demand: 'connect' };
    return { kind: 'connect', target: bytesOfHeader(headers, HEADER.target), headers };
  }

  #disconnect(): Demand {
    this.#state = { kind: 'idle' };
    this.#connectionId = undefined;
    return { kind: 'reply', packet: response(RESPONSE.success), over: true };
  }

  #put({ headers }: Packet, final: boolean): Demand {
    const state = this.#gather('putting', headers);
    if (state === undefined) return this.#refuse(RESPONSE.badRequest);
    const part = bodyOf(headers);
    if (part !== undefined) {
      state.body ??= new GrowingBody();
      if (state.body.size + part.byteLength > this.#limits.body) return this.#refuse(RESPONSE.tooLarge);
      state.body.add(part);
    }
    if (!final) return { kind: 'reply', packet: response(RESPONSE.continue) };
    this.#state = { kind: 'asked', demand: 'put' };
    // Some close a body by nothing but the final bit.
    return { kind: 'put', headers: state.headers, body: state.body?.taken() };
  }

  #get({ headers }: Packet, final: boolean): Demand {
    if (this.#state.kind === 'answering') {
      const { body, sent } = this.#state;
      const packet = this.#piece([], body, sent);
      return packet === undefined ? this.#refuse(RESPONSE.internalError) : { kind: 'reply', packet };
    }
    const state = this.#gather('getting', headers);
    if (state === undefined) return this.#refuse(RESPONSE.badRequest);
    if (!final) return { kind: 'reply', packet: response(RESPONSE.continue) };
    this.#state = { kind: 'asked', demand: 'get' };
    return { kind: 'get', headers: state.headers };
  }

  /** The request that is under way with these headers, or a new one; undefined when it is absurd. */
  #gather(kind: Gathering['kind'], headers: readonly Header[]): Gathering | undefined {
    const state: Gathering =
      this.#state.kind === 'putting' || this.#state.kind === 'getting'
        ? this.#state
        : { kind, headers: [], size: 0, body: undefined };
    if (state.kind !== kind) return undefined;
    this.#state = state;
    for (const header of headers) {
      if (header.id === HEADER.body || header.id === HEADER.endOfBody) continue;
      state.size += sizeOfHeader(header);
      state.headers.push(header);
    }
    return state.size > MOST_HEADERS ? undefined : state;
  }

  /** A part of a body, the last one closed by an EndOfBody; undefined when there is no room for any. */
  #piece(headers: readonly Header[], body: Uint8Array, from: number): Packet | undefined {
    const head = headers.reduce((sum, header) => sum + sizeOfHeader(header), PACKET_HEAD + 3);
    const room = this.#maximum - head;
    if (room < 1) return undefined;
    const piece = body.subarray(from, from + room);
    const sent = from + piece.byteLength;
    const last = sent === body.byteLength;
    this.#state = last ? { kind: 'idle' } : { kind: 'answering', body, sent };
    const id = last ? HEADER.endOfBody : HEADER.body;
    return response(last ? RESPONSE.success : RESPONSE.continue, [...headers, bytesHeader(id, piece)]);
  }

  #refuse(code: number): Demand {
    return { kind: 'reply', packet: this.refused(code) };
  }

  #greeting(): Uint8Array {
    return encodeConnect({ version: OBEX_VERSION, flags: 0, maximum: this.#limits.maximum });
  }
}
