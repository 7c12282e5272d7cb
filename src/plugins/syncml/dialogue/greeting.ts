import { randomInt } from 'node:crypto';
import { asCradleError, CradleError } from '../../../dbus/errors.js';
import type { ClientCarrier, ServerCarrier } from '../carrier/carrier.js';
import { ClientDialogue } from './client-dialogue.js';
import { ClientTalk, exchange } from './client-talk.js';
import { refusalOf, statusOfError } from './codes.js';
import type { Conversation } from './conversation.js';
import { callerOf, judge, turnAway } from './door.js';
import type { Principal, ServerHost } from './host.js';
import { type ClientPlan, DEFAULT_PACE, type WantedDatastore } from './plan.js';
import { Proof } from './proof.js';
import { type Request, Requests } from './requests.js';
import { ServerDialogue } from './server-dialogue.js';
import { ServerTalk } from './server-talk.js';
import type { Session } from './session.js';

/** Proofs that a caller may offer before he is sent away. */
const MOST_PROOFS = 3;
/** SessionIDs are four octets at most (Representation Protocol 1.2, section 6.1.13). */
const SESSION_IDS = 0x10000;

let lastSessionId = randomInt(SESSION_IDS);

/** No two in a row are alike: there are servers that would go on with the other. */
function newSessionId(): string {
  lastSessionId = (lastSessionId % (SESSION_IDS - 1)) + 1;
  return String(lastSessionId);
}

/**
 * Package 1 and 2 in the client role. Fails with NotOwner when the server does not take our login, NotFound when it has
 * none of the datastores, Busy, Unsupported, NotConnected and Timeout. The carrier is the conversation's from then on,
 * and is let go of with it; where this fails it stays the caller's.
 */
export async function greetServer(
  carrier: ClientCarrier,
  plan: ClientPlan,
  signal: AbortSignal,
): Promise<Conversation> {
  const { version, encoding, information, memory, maxMessageSize, maxObjectSize, login } = plan;
  const now = (plan.pace?.now ?? DEFAULT_PACE.now)();
  let session: Session = {
    version,
    encoding,
    sessionId: plan.sessionId ?? newSessionId(),
    source: { uri: plan.uri, ...(login !== undefined && { name: login.user }) },
    target: { uri: withoutLogin(plan.server) },
    information,
    memory,
    maxMessageSize,
    maxObjectSize,
    now,
  };
  const start = (datastores: readonly WantedDatastore[]): Promise<ClientDialogue> =>
    introduce(
      new ClientDialogue(session, datastores, new Proof(login, plan.schemes, version, memory)),
      carrier,
      signal,
    );
  let dialogue = await start(plan.datastores);
  if (dialogue.misjudged.size > 0) {
    const { misjudged } = dialogue;
    for (const name of misjudged.keys()) memory.setCut(name, undefined);
    carrier.redirect(undefined);
    session = { ...session, sessionId: newSessionId() };
    dialogue = await start(plan.datastores.map((one) => ({ ...one, mode: misjudged.get(one.name) ?? one.mode })));
  }
  if (!dialogue.isEstablished) throw new CradleError('Failed', `${plan.server} does not know its own anchors`);
  const talk = new ClientTalk(dialogue, carrier, plan.pace);
  talk.start();
  return talk;
}

/** Some addresses have a name and a password of the transport in them, which are nobody's business further on. */
const withoutLogin = (uri: string): string => uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');

/** Package 1 and 2, as often as the server wants another proof. */
async function introduce(
  dialogue: ClientDialogue,
  carrier: ClientCarrier,
  signal: AbortSignal,
): Promise<ClientDialogue> {
  while (!dialogue.isEstablished && !dialogue.isOver) await exchange(dialogue, carrier, dialogue.compose(), signal);
  return dialogue;
}

/**
 * Package 1 and 2 in the server role, up to the client's first words on its datastores. Fails as greetServer does; the
 * carrier is in the same hands.
 */
export async function greetClient(
  carrier: ServerCarrier,
  host: ServerHost,
  signal: AbortSignal,
): Promise<Conversation> {
  const requests = new Requests(carrier, host);
  const { request, dialogue, login } = await letIn(carrier, requests, host, signal);
  requests.admit(request);
  dialogue.receive(request.message);
  while (!dialogue.isEstablished) {
    if (dialogue.failure !== undefined) {
      await requests.answer(dialogue.concede(), signal);
      throw dialogue.failure;
    }
    await requests.answer(dialogue.compose(), signal);
    const [refusal] = dialogue.refusals.values();
    if (dialogue.tracks.size === 0 && refusal !== undefined) throw refusal;
    const next = await requests.next(signal);
    if (next === undefined) throw new CradleError('NotConnected', `${carrier.peer} left before the session began`);
    dialogue.receive(next.message);
  }
  const talk = new ServerTalk(dialogue, carrier, requests, login, host.pace);
  talk.start();
  return talk;
}

interface LetIn {
  readonly request: Request;
  readonly dialogue: ServerDialogue;
  readonly login: string;
}

async function letIn(
  carrier: ServerCarrier,
  requests: Requests,
  host: ServerHost,
  signal: AbortSignal,
): Promise<LetIn> {
  let refusals = 0;
  for (;;) {
    const request = await requests.next(signal).catch((thrown: unknown) => {
      throw refusals > 0 ? stranger(carrier, thrown) : thrown;
    });
    if (request === undefined) throw refusals > 0 ? stranger(carrier) : gone(carrier);
    const { message, packet } = request;
    const refuse = (code: number, challenge?: Parameters<typeof turnAway>[4]): Promise<void> =>
      requests.answer(turnAway(message, code, host, refusals + 1, challenge), signal);
    const { refusal } = message.header;
    if (refusal !== undefined) {
      await refuse(refusal);
      throw refusalOf(refusal, `the session with ${carrier.peer}`);
    }
    let principal: Principal | undefined;
    try {
      principal = await host.admit(callerOf(message, packet), signal);
    } catch (thrown) {
      const error = asCradleError(thrown);
      await refuse(statusOfError(error));
      throw error;
    }
    const verdict = judge(message, packet, principal, host.schemes);
    if (verdict.comesIn && principal !== undefined)
      return { request, dialogue: dialogueWith(request, principal, verdict, host, refusals), login: principal.login };
    if (!verdict.comesIn) await refuse(verdict.code, verdict.challenge);
    if (++refusals >= MOST_PROOFS) throw stranger(carrier);
  }
}

function dialogueWith(
  { message, encoding }: Request,
  principal: Principal,
  { proven, challenge }: Pick<ConstructorParameters<typeof ServerDialogue>[1], 'proven' | 'challenge'>,
  host: ServerHost,
  sent: number,
): ServerDialogue {
  const { version, sessionId, target, source } = message.header;
  const { information, memory, datastores } = principal;
  const { maxMessageSize, maxObjectSize } = host;
  const now = (host.pace?.now ?? DEFAULT_PACE.now)();
  const session: Session = {
    version,
    encoding,
    sessionId,
    source: { uri: target.uri },
    target: source,
    information,
    memory,
    maxMessageSize,
    maxObjectSize,
    now,
  };
  return new ServerDialogue(session, { datastores, proven, challenge, respUri: host.respUri?.(), sent });
}

const stranger = ({ peer }: ServerCarrier, cause?: unknown): CradleError =>
  new CradleError('NotOwner', `${peer} could not prove who it is`, { cause });

const gone = ({ peer }: ServerCarrier): CradleError => new CradleError('NotConnected', `${peer} left without a word`);
