import { CradleError } from '../../dbus/errors.js';
import { challengeOf, type ObexLogin, respondTo } from './authentication.js';
import { GrowingBody } from './body.js';
import { FINAL, isSuccess, OPCODE, RESPONSE, refusal } from './codes.js';
import {
  bodyOf,
  bytesHeader,
  HEADER,
  type Header,
  numberHeader,
  numberOf,
  sizeOfHeader,
  textHeader,
} from './headers.js';
import { decodeConnect, encodeConnect, OBEX_VERSION, PACKET_HEAD, type Packet, request } from './packet.js';

/** One operation of a client: gives requests, takes the response to each, returns what came of it. No I/O. */
export type Operation<T> = Generator<Packet, T, Packet>;

/** What was agreed on when connecting. */
export interface Terms {
  /** What errors call the far side. */
  readonly who: string;
  /** Bytes of the largest packet it takes. */
  readonly maximum: number;
  readonly connectionId: number | undefined;
}

export interface Answer {
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

/** Responses in a row without a byte of body, after which a GET is given up. */
const MOST_EMPTY = 1_000;
const MOST_HEADERS = 1_000;
const NOTHING = new Uint8Array();

/** CONNECT (IrDA OBEX 1.5, section 3.4.1); a challenge is answered once where we know a password. */
export function* connecting(options: {
  readonly who: string;
  readonly target: Uint8Array | undefined;
  /** Bytes of the largest packet we take. */
  readonly maximum: number;
  readonly login: ObexLogin | undefined;
}): Operation<Terms> {
  const { who, target, maximum, login } = options;
  const fields = encodeConnect({ version: OBEX_VERSION, flags: 0, maximum });
  const headers = target === undefined ? [] : [bytesHeader(HEADER.target, target)];
  let answer = yield request(OPCODE.connect, headers, fields);
  const challenge = answer.code === RESPONSE.unauthorized ? challengeOf(answer.headers) : undefined;
  if (challenge !== undefined && login !== undefined)
    answer = yield request(OPCODE.connect, [...headers, respondTo(challenge, login)], fields);
  if (!isSuccess(answer.code)) throw refusal(answer.code, who, 'the connection');
  return {
    who,
    maximum: decodeConnect(answer.fields).maximum,
    connectionId: numberOf(answer.headers, HEADER.connectionId),
  };
}

/** PUT (section 3.4.3) in as many packets as it takes; its body is closed by an EndOfBody in the last. */
export function* putting(headers: readonly Header[], body: Uint8Array, terms: Terms): Operation<readonly Header[]> {
  const what = 'a PUT';
  const left = [...headers, numberHeader(HEADER.length, body.byteLength)];
  let sent = 0;
  for (let first = true; ; first = false) {
    const { packed, room } = pack(left, first ? terms.connectionId : undefined, terms);
    const rest = body.byteLength - sent;
    const last = left.length === 0 && room >= BODY_HEAD + rest;
    const piece = body.subarray(sent, sent + Math.max(0, Math.min(rest, room - BODY_HEAD)));
    sent += piece.byteLength;
    if (last) packed.push(bytesHeader(HEADER.endOfBody, piece));
    else if (left.length === 0 && piece.byteLength > 0) packed.push(bytesHeader(HEADER.body, piece));
    const answer = yield request(last ? OPCODE.put | FINAL : OPCODE.put, packed);
    if (last) {
      if (!isSuccess(answer.code)) throw refusal(answer.code, terms.who, what);
      return answer.headers;
    }
    if (answer.code !== RESPONSE.continue) throw refusalInBetween(answer.code, terms.who, what);
  }
}

/** GET (section 3.4.4). Fails with LimitsExceeded when the body has more than `limit` bytes. */
export function* getting(headers: readonly Header[], limit: number, terms: Terms): Operation<Answer> {
  const what = 'a GET';
  const left = [...headers];
  const said: Header[] = [];
  const body = new GrowingBody();
  let empty = 0;
  for (let first = true; ; first = false) {
    const { packed } = pack(left, first ? terms.connectionId : undefined, terms);
    const answer = yield request(left.length === 0 ? OPCODE.get | FINAL : OPCODE.get, packed);
    if (left.length > 0) {
      if (answer.code !== RESPONSE.continue) throw refusalInBetween(answer.code, terms.who, what);
      continue;
    }
    if (answer.code !== RESPONSE.continue && !isSuccess(answer.code)) throw refusal(answer.code, terms.who, what);
    const part = bodyOf(answer.headers) ?? NOTHING;
    said.push(...answer.headers.filter(({ id }) => id !== HEADER.body && id !== HEADER.endOfBody));
    if (body.size + part.byteLength > limit)
      throw new CradleError('LimitsExceeded', `${terms.who} sends more than the ${limit} bytes allowed here`);
    body.add(part);
    empty = part.byteLength === 0 ? empty + 1 : 0;
    if (isSuccess(answer.code)) return { headers: said, body: body.taken() };
    if (empty > MOST_EMPTY || said.length > MOST_HEADERS)
      throw new CradleError('PluginFailed', `${terms.who} goes on answering ${what} and never sends anything`);
  }
}

/** SETPATH (section 3.4.6): into a folder of that name, to the parent, or to the root. */
export function* settingPath(
  to: { readonly folder: string; readonly create: boolean } | 'parent' | 'root',
  terms: Terms,
): Operation<void> {
  const flags = to === 'parent' ? 3 : typeof to === 'object' && to.create ? 0 : 2;
  const name = to === 'parent' ? [] : [textHeader(HEADER.name, to === 'root' ? '' : to.folder)];
  const { packed } = pack(name, terms.connectionId, terms);
  const answer = yield request(OPCODE.setPath, packed, Uint8Array.of(flags, 0));
  if (!isSuccess(answer.code)) throw refusal(answer.code, terms.who, 'a SETPATH');
}

/** DISCONNECT or ABORT (sections 3.4.2, 3.4.5); whatever is answered, it is over. */
export function* ending(code: typeof OPCODE.disconnect | typeof OPCODE.abort, terms: Terms): Operation<void> {
  yield request(code, terms.connectionId === undefined ? [] : [numberHeader(HEADER.connectionId, terms.connectionId)]);
}

/** Identifier and length of a body header. */
const BODY_HEAD = 3;
/** Kept free for the fields of SETPATH. */
const MARGIN = 2;

/** Takes as many headers from the list as one packet holds. The connection id goes first (section 2.2.11). */
function pack(
  left: Header[],
  connectionId: number | undefined,
  { maximum, who }: Terms,
): { readonly packed: Header[]; readonly room: number } {
  const packed: Header[] = connectionId === undefined ? [] : [numberHeader(HEADER.connectionId, connectionId)];
  let room = packed.reduce((rest, header) => rest - sizeOfHeader(header), maximum - PACKET_HEAD - MARGIN);
  for (let next = left[0]; next !== undefined; next = left[0]) {
    const size = sizeOfHeader(next);
    if (size > room) {
      if (packed.length === 0 || (packed.length === 1 && connectionId !== undefined))
        throw new CradleError(
          'LimitsExceeded',
          `${who} takes packets of ${maximum} bytes, too few for a header of ${size}`,
        );
      break;
    }
    room -= size;
    packed.push(next);
    left.shift();
  }
  return { packed, room };
}

const refusalInBetween = (code: number, who: string, what: string): CradleError =>
  isSuccess(code)
    ? new CradleError('PluginFailed', `${who} is content with half of ${what}`)
    : refusal(code, who, what);
