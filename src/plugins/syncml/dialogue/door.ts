import { makeChallenge, makeNonce } from '../auth/challenge.js';
import { claimedLogin, proves } from '../auth/credentials.js';
import { isAuthentic, readHmac } from '../auth/hmac.js';
import type { Packet } from '../carrier/carrier.js';
import type { Challenge, Command, Header, Message, Status } from '../message/message.js';
import { STATUS } from './codes.js';
import type { Caller, Principal } from './host.js';
import { BOTH_SCHEMES, type LoginScheme } from './plan.js';

export type Verdict =
  | { readonly comesIn: true; readonly proven: boolean; readonly challenge: Challenge | undefined }
  | { readonly comesIn: false; readonly code: number; readonly challenge: Challenge };

/** Who a first message says it is from. */
export function callerOf({ header }: Message, { hmac }: Packet): Caller {
  const { credentials, source } = header;
  const login = (hmac && readHmac(hmac)?.user) ?? (credentials && claimedLogin(credentials)) ?? source.name;
  return { login: login === '' ? undefined : login, deviceUri: source.uri };
}

/** Whether somebody may come in: Representation Protocol 1.2, section 7. Nobody's password is asked for as everybody's is. */
export function judge(
  message: Message,
  packet: Packet,
  principal: Principal | undefined,
  schemes: readonly LoginScheme[] = BOTH_SCHEMES,
): Verdict {
  const { credentials } = message.header;
  if (principal?.password === undefined && principal !== undefined)
    return { comesIn: true, proven: credentials !== undefined, challenge: undefined };
  const nonce = makeNonce();
  const isProven = principal !== undefined && hasProof(message, packet, principal, schemes);
  // The next nonce, whether it went well or not: none serves twice.
  principal?.memory.setNonce('theirs', nonce);
  if (isProven) {
    const scheme = packet.hmac === undefined ? credentials?.scheme : 'hmac';
    const challenge = scheme === 'md5' || scheme === 'hmac' ? makeChallenge(scheme, nonce) : undefined;
    return { comesIn: true, proven: true, challenge };
  }
  const code = credentials === undefined ? STATUS.noLogin : STATUS.badLogin;
  return { comesIn: false, code, challenge: makeChallenge(schemes[0] ?? 'md5', nonce) };
}

function hasProof(message: Message, packet: Packet, principal: Principal, schemes: readonly LoginScheme[]): boolean {
  const { version, credentials } = message.header;
  const { login: user, password = '', memory } = principal;
  const login = { user, password };
  const nonce = memory.nonce('theirs');
  const claim = packet.hmac === undefined ? undefined : readHmac(packet.hmac);
  if (claim !== undefined && schemes.includes('hmac'))
    return isAuthentic(claim, packet.bytes, login, nonce ?? new Uint8Array());
  if (credentials === undefined || !schemes.some((one) => one === credentials.scheme)) return false;
  return proves(credentials, login, version, nonce);
}

/** An answer that does nothing: every command gets the same status, which is that of the SyncHdr. */
export function turnAway(
  message: Message,
  code: number,
  limits: { readonly maxMessageSize: number; readonly maxObjectSize: number },
  messageId: number,
  challenge?: Challenge,
): Message {
  const { header, commands, final } = message;
  const statuses: Status[] = [];
  const owe = (commandRef: string, command: string, more: Partial<Status>): void => {
    const id = String(statuses.length + 1);
    const refs = { messageRef: String(header.messageId), commandRef, command, targetRefs: [], sourceRefs: [] };
    statuses.push({ kind: 'Status', id, ...refs, code, items: [], ...more });
  };
  const ends = { targetRefs: [header.target.uri], sourceRefs: [header.source.uri] };
  owe('0', 'SyncHdr', { ...ends, ...(challenge !== undefined && { challenge }) });
  for (const command of commands.slice(0, MOST_STATUSES))
    if (isAnswered(command)) owe(command.id, command.kind === 'Faulty' ? command.name : command.kind, {});
  return { header: replyTo(header, messageId, limits), commands: header.noResp === true ? [] : statuses, final };
}

/** Whoever is not let in is not told about each of his commands for long. */
const MOST_STATUSES = 50;

const isAnswered = (command: Command): boolean =>
  command.kind !== 'Status' && command.noResp !== true && command.id !== '';

function replyTo(
  { version, sessionId, target, source }: Header,
  messageId: number,
  limits: { readonly maxMessageSize: number; readonly maxObjectSize: number },
): Header {
  const maxObjSize = version !== '1.0' ? { maxObjSize: limits.maxObjectSize } : {};
  return {
    version,
    sessionId,
    messageId,
    target: source,
    source: { uri: target.uri },
    meta: { maxMsgSize: limits.maxMessageSize, ...maxObjSize },
  };
}
