import assert from 'node:assert/strict';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { CradleError } from '../../../../src/dbus/errors.js';
import type { Packet } from '../../../../src/plugins/syncml/carrier/carrier.js';
import {
  type HttpListener,
  type HttpServerSettings,
  listenHttp,
} from '../../../../src/plugins/syncml/carrier/http-server.js';
import type { HttpSession } from '../../../../src/plugins/syncml/carrier/http-session.js';
import type { Scope } from '../../../support/scope.js';
import { XML } from './http-far-sides.js';

export const never = new AbortController().signal;

export interface Bed {
  readonly listener: HttpListener;
  readonly url: string;
  readonly port: number;
  readonly sessions: HttpSession[];
  readonly notices: Packet[];
}

/** A listener whose sessions are taken by the test. */
export async function listen(
  t: Scope,
  settings: Partial<HttpServerSettings> = {},
  begun?: (session: HttpSession) => void,
): Promise<Bed> {
  const sessions: HttpSession[] = [];
  const notices: Packet[] = [];
  const listener = await listenHttp(
    { port: 0, ...settings },
    {
      begun: (session) => {
        sessions.push(session);
        begun?.(session);
      },
      notified: (packet) => void notices.push(packet),
    },
  );
  t.after(() => listener[Symbol.asyncDispose]());
  const [url = ''] = listener.urls;
  return { listener, url, port: listener.port, sessions, notices };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly ca?: Buffer;
}

export function ask(
  url: string,
  body: string | Buffer,
  { method = 'POST', headers = {}, signal, ca }: Asking = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      agent: false as const,
      headers: { 'content-type': XML, ...headers },
      ...(signal !== undefined && { signal }),
      ...(ca !== undefined && { ca, servername: 'sync.example' }),
    };
    const asking = (url.startsWith('https') ? secureRequest : request)(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

export const packet = (text: string): Packet => ({ contentType: XML, bytes: Buffer.from(text) });
export const text = (one: Packet | undefined): string | undefined => one && Buffer.from(one.bytes).toString();

/** Answers each request with itself and a count, until the session is over. */
export async function echo(session: HttpSession): Promise<void> {
  try {
    for (let count = 1; ; count += 1) {
      const message = await session.receive(never);
      if (message === undefined) return;
      await session.answer(packet(`${text(message)}:${count}`), never);
    }
  } catch (error) {
    assert(error instanceof CradleError);
  }
}
