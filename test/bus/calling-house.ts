import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { CradleError, type ErrorCode } from '../../src/dbus/errors.js';
import { unescapePathElement } from '../../src/dbus/names.js';
import { type Dict, v } from '../../src/dbus/variant.js';
import { CallingPhones, callingRules } from '../fakes/calling-phones.js';
import { Applet } from '../support/applet.js';
import { startDaemon, type TestDaemonOptions } from '../support/daemon.js';

/** Of every account that a test does not say otherwise of. */
export const PASSWORD = 'correct-horse-battery';

/** Fails with this code and these words, and without a password in them. */
export const failsWith = (code: ErrorCode, what: RegExp) => (error: unknown) => {
  assert(error instanceof CradleError);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, what);
  assert(!error.message.includes(PASSWORD));
  return true;
};

/** A daemon that knows the calling protocol, and an applet. */
export async function house(t: TestContext, protocol = 'calling', options: TestDaemonOptions = {}) {
  const phones = new CallingPhones(protocol);
  const daemon = await startDaemon(t, { rules: callingRules(protocol), protocols: [phones], ...options });
  const applet = await Applet.open(daemon.bus);
  daemon.scope.after(() => applet[Symbol.asyncDispose]());
  const create = async (settings: Dict): Promise<string> => {
    const [path] = await applet.manager.call('CreateAccount', [{ Protocol: v.s(protocol), ...settings }, {}]);
    return unescapePathElement(path.split('/').at(-1) ?? '');
  };
  const caller = (user: string, more: Dict = {}) =>
    create({ Role: v.s('caller'), User: v.s(user), Password: v.s(PASSWORD), ...more });
  const folder = async (name: string): Promise<string> => {
    const path = join(daemon.home, name);
    await mkdir(path, { recursive: true });
    return path;
  };
  const logged = (text: string | RegExp) =>
    daemon.log.lines.some(({ message }) => (typeof text === 'string' ? message.includes(text) : text.test(message)));
  return { phones, daemon, applet, create, caller, folder, logged, state: join(daemon.home, '.local/state/cradle') };
}

export const write = (phones: CallingPhones, device: string, store: string, content: string) =>
  phones
    .store(device, store)
    .put({ contentType: store === 'contacts' ? 'text/vcard' : 'text/plain', summary: content }, Buffer.from(content));
