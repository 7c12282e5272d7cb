import type { IncomingMessage, ServerResponse } from 'node:http';
import { NOTIFICATION_TYPE } from '../alert/notification.js';
import { HMAC_HEADER } from '../auth/hmac.js';
import { encodingOf } from '../codec/media-types.js';
import type { Packet } from './carrier.js';
import { baseOf } from './http-base.js';
import { refuse, sendReply } from './http-exchange.js';
import type { HttpLimits } from './http-limits.js';
import { RequestRate } from './http-rate.js';
import type { HttpSession } from './http-session.js';
import { type HttpSessions, TOKEN } from './http-sessions.js';

/** What becomes of those who come in. */
export interface HttpHost {
  /** A session has begun; its first request waits. To be disposed of by whoever takes it. */
  begun(session: HttpSession): void;
  /** A server alerted notification has come in; without this they are refused. */
  notified?(packet: Packet, peer: string): void;
}

export interface DoorSettings {
  readonly path: string;
  readonly secure: boolean;
  /** How clients reach us, where that is not what they write into Host: behind a proxy. Without a path. */
  readonly base: string | undefined;
  readonly limits: HttpLimits;
}

/** Seconds. */
const SOON = 1;
const LATER = 30;

/** Lets in what is a message of SyncML, of a size and at a pace that we can bear, and brings it to its session. */
export class HttpDoor {
  readonly #settings: DoorSettings;
  readonly #sessions: HttpSessions;
  readonly #host: HttpHost;
  readonly #rate: RequestRate;
  #octets = 0;

  constructor(settings: DoorSettings, sessions: HttpSessions, host: HttpHost) {
    this.#settings = settings;
    this.#sessions = sessions;
    this.#host = host;
    this.#rate = new RequestRate(settings.limits.requestsOfAddress);
  }

  /** Octets of messages that are held now. */
  get octets(): number {
    return this.#octets;
  }

  /** Whatever comes is answered, now or by its session. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { limits, path, secure } = this.#settings;
    const peer = request.socket.remoteAddress ?? 'nobody';
    if (!this.#rate.admit(peer)) return refuse(response, 429, 'Too many requests.', SOON);
    const url = URL.canParse(request.url ?? '', 'http://here') ? new URL(request.url ?? '', 'http://here') : undefined;
    if (url === undefined || url.pathname.replace(/\/+$/, '') !== path)
      return refuse(response, 404, 'Nothing is here.');
    if (request.method !== 'POST') return refuse(response, 405, 'SyncML is posted here.');
    const base = this.#settings.base ?? baseOf(request, secure);
    if (base === undefined) return refuse(response, 400, 'The Host makes no sense.');

    const contentType = request.headers['content-type'] ?? '';
    const notice = isNotification(contentType) && this.#host.notified !== undefined;
    if (!notice && encodingOf(contentType) === undefined) return refuse(response, 415, 'This is not SyncML.');
    const coding = request.headers['content-encoding'] ?? 'identity';
    if (coding !== 'identity') return refuse(response, 415, 'Plain octets are taken here.');
    const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
    if (length === undefined && transfer === undefined) return refuse(response, 411, 'The length has to be told.');
    if (Number(length ?? 0) > limits.body) return refuse(response, 413, 'The message is too large.');

    const held = new Held((octets) => {
      this.#octets += octets;
    });
    const bytes = await this.#read(request, response, held);
    if (bytes === undefined) return held.release();
    const hmac = request.headers[HMAC_HEADER];
    const packet: Packet = { contentType, bytes, ...(typeof hmac === 'string' && { hmac }) };
    if (notice) {
      held.release();
      response.writeHead(204).end();
      this.#host.notified?.(packet, peer);
    } else this.#bring(packet, response, { peer, base, token: url.searchParams.get(TOKEN), held });
  }

  /** The body; undefined where it was refused or broke off. */
  async #read(request: IncomingMessage, response: ServerResponse, held: Held): Promise<Uint8Array | undefined> {
    const { body, bodies } = this.#settings.limits;
    const chunks: Uint8Array[] = [];
    let length = 0;
    const announced = Number(request.headers['content-length'] ?? 0);
    // What was announced is set aside at once: many half messages must not add up.
    if (this.#octets + announced > bodies) return void refuse(response, 503, 'Too much at once.', LATER);
    held.add(announced);
    try {
      for await (const chunk of request) {
        if (!(chunk instanceof Uint8Array)) continue;
        length += chunk.length;
        if (length > body) return void refuse(response, 413, 'The message is too large.');
        if (length > announced) {
          if (this.#octets + chunk.length > bodies) return void refuse(response, 503, 'Too much at once.', LATER);
          held.add(chunk.length);
        }
        chunks.push(chunk);
      }
    } catch {
      return undefined;
    }
    if (length === 0) return void refuse(response, 400, 'The message is empty.');
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  }

  #bring(packet: Packet, response: ServerResponse, from: Arrival): void {
    const { peer, base, token, held } = from;
    const respUriFor = (one: string): string => `${base}${this.#settings.path}?${TOKEN}=${one}`;
    const release = (): void => held.release();
    const known = token === null ? this.#sessions.begunWith(packet.bytes, peer) : this.#sessions.find(token);
    if (known !== undefined) {
      const uri = token === null ? known.respUri : respUriFor(token);
      known.deliver(packet, response, uri, release);
    } else if (token !== null) {
      release();
      const again = this.#sessions.lastReply(token, packet.bytes);
      if (again === undefined) refuse(response, 404, 'The session is over.');
      else void sendReply(response, again);
    } else {
      const session = this.#sessions.begin(peer, respUriFor);
      if (session === undefined) {
        release();
        refuse(response, 503, 'Too many sessions.', LATER);
      } else {
        session.deliver(packet, response, session.respUri, release);
        this.#host.begun(session);
      }
    }
  }
}

interface Arrival {
  readonly peer: string;
  readonly base: string;
  readonly token: string | null;
  readonly held: Held;
}

/** Octets that count until they are released, once. */
class Held {
  readonly #count: (octets: number) => void;
  #octets = 0;
  #released = false;

  constructor(count: (octets: number) => void) {
    this.#count = count;
  }

  add(octets: number): void {
    if (this.#released) return;
    this.#octets += octets;
    this.#count(octets);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#count(-this.#octets);
  }
}

const isNotification = (contentType: string): boolean =>
  contentType.split(';', 1)[0]?.trim().toLowerCase() === NOTIFICATION_TYPE;
