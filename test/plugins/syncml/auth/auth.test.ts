import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Login } from '../../../../src/plugins/contract.js';
import { makeChallenge, makeNonce } from '../../../../src/plugins/syncml/auth/challenge.js';
import { claimedLogin, makeCredentials, proves } from '../../../../src/plugins/syncml/auth/credentials.js';
import { isAuthentic, makeHmac, readHmac } from '../../../../src/plugins/syncml/auth/hmac.js';
import { decodeDocument } from '../../../../src/plugins/syncml/codec/codec.js';
import type { Credentials } from '../../../../src/plugins/syncml/message/message.js';
import { readMessage } from '../../../../src/plugins/syncml/message/message-tree.js';
import { corpus } from '../codec/corpus.js';

const ALICE: Login = { user: 'alice', password: 'secret' };

/** The sessions of a scenario: what the client proved itself with, and the nonce the server gave it then. */
function sessions(scenario: string) {
  const messages = corpus()
    .filter(({ name }) => name.startsWith(`${scenario}/`))
    .map(({ name, bytes, encoding }) => ({ name, message: readMessage(decodeDocument(bytes, encoding)) }));
  return messages.flatMap(({ name, message }) => {
    const { credentials, version } = message.header;
    if (credentials === undefined) return [];
    const reply = messages.find((one) => one.name === name.replace('c2s', 's2c'));
    const status = reply?.message.commands.find(({ kind }) => kind === 'Status');
    assert(status?.kind === 'Status', name);
    return [{ name, credentials, version, code: status.code, nonce: status.challenge?.nextNonce }];
  });
}

test('the digests of real clients in 1.0, 1.1 and 1.2 are those of alice, and of nobody else', () => {
  let seen = 0;
  for (const kind of ['wbxml-1.0', 'xml-1.0', 'wbxml-1.1', 'xml-1.1', 'wbxml-1.2', 'xml-1.2']) {
    let nonce: Uint8Array | undefined;
    for (const session of sessions(`01-slow3-${kind}`)) {
      const { name, credentials, version } = session;
      assert(proves(credentials, ALICE, version, nonce), name);
      assert(!proves(credentials, { ...ALICE, password: 'Secret' }, version, nonce), name);
      assert(!proves(credentials, { ...ALICE, user: 'bob' }, version, nonce), name);
      assert(!proves(credentials, ALICE, version, Buffer.from('another nonce')), name);
      assert(!proves(credentials, ALICE, version === '1.0' ? '1.1' : '1.0', nonce), name);
      const { token } = makeCredentials('md5', ALICE, version, nonce);
      assert.deepEqual(Buffer.from(token), Buffer.from(credentials.token), name);
      ({ nonce } = session);
      seen += 1;
    }
  }
  assert.equal(seen, 12);
});

test('a client that lost its nonce is refused with a new one, which then holds', () => {
  const [first, second, stale, third] = sessions('04-auth-md5-xml-1.2');
  assert(first !== undefined && second !== undefined && stale !== undefined && third !== undefined);
  assert(proves(second.credentials, ALICE, '1.2', first.nonce));
  assert.equal(stale.code, 401);
  assert(!proves(stale.credentials, ALICE, '1.2', second.nonce));
  assert(proves(third.credentials, ALICE, '1.2', stale.nonce));
});

test('the basic credentials of real clients are those of alice', () => {
  for (const kind of ['wbxml-1.2', 'xml-1.1', 'xml-1.2']) {
    const [session] = sessions(`05-auth-basic-${kind}`);
    assert(session !== undefined);
    assert.equal(claimedLogin(session.credentials), 'alice');
    assert(proves(session.credentials, ALICE, session.version, undefined));
    assert(!proves(session.credentials, { ...ALICE, password: 'secre' }, session.version, undefined));
    assert.deepEqual(makeCredentials('basic', ALICE, '1.2', undefined), session.credentials);
  }
});

test('the examples of the specifications hold', () => {
  // Representation Protocol 1.1, section 5.1.5; its nonce is the text "Nonce".
  const nonce = Buffer.from('Nonce');
  const md5 = makeCredentials('md5', { user: 'Bruce2', password: 'OhBehave' }, '1.1', nonce);
  assert.equal(Buffer.from(md5.token).toString('base64'), 'Zz6EivR3yeaaENcRN6lpAQ==');
  // Section 5.1.5 of 1.0.
  const basic = makeCredentials('basic', { user: 'Bruce2', password: 'OhBehave' }, '1.0', undefined);
  assert.equal(Buffer.from(basic.token).toString('base64'), 'QnJ1Y2UyOk9oQmVoYXZl');
});

test('basic credentials are taken whether or not somebody says that they are base64, and in the charset of old phones', () => {
  const jose: Login = { user: 'josé', password: 'a:b:c' };
  const basic = (token: Uint8Array): Credentials => ({ scheme: 'basic', token });
  const text = `${jose.user}:${jose.password}`;
  for (const octets of [Buffer.from(text), Buffer.from(text, 'latin1')]) {
    assert(proves(basic(octets), jose, '1.1', undefined));
    assert(proves(basic(Buffer.from(octets.toString('base64'))), jose, '1.1', undefined));
    assert.equal(claimedLogin(basic(octets)), 'josé');
    assert.equal(claimedLogin(basic(Buffer.from(octets.toString('base64')))), 'josé');
  }
  assert(!proves(basic(Buffer.of()), jose, '1.1', undefined));
  assert.equal(claimedLogin(basic(Buffer.from('no colon here'))), undefined);
  assert.equal(claimedLogin(makeCredentials('md5', jose, '1.2', undefined)), undefined);
});

test('a scheme that nobody knows proves nothing', () => {
  const token = makeCredentials('basic', ALICE, '1.2', undefined).token;
  assert(!proves({ scheme: 'syncml:auth-X', token }, ALICE, '1.2', undefined));
  assert(!proves({ scheme: 'hmac', token }, ALICE, '1.2', undefined));
});

test('nonces are new each time and stay printable', () => {
  const nonces = new Set(Array.from({ length: 100 }, () => Buffer.from(makeNonce()).toString()));
  assert.equal(nonces.size, 100);
  for (const nonce of nonces) assert.match(nonce, /^[\w-]{16}$/);
  const nonce = makeNonce();
  assert.deepEqual(makeChallenge('md5', nonce), { scheme: 'md5', format: 'b64', nextNonce: nonce });
  assert.deepEqual(makeChallenge('basic', nonce), { scheme: 'basic', format: 'b64' });
});

test('a message is signed in a header, and a changed one is not authentic', () => {
  const body = Buffer.from('<SyncML/>');
  const nonce = Buffer.from('n1');
  const login: Login = { user: 'Robert "Bob" Jordan', password: 'secret' };
  const header = makeHmac(body, login, nonce);
  assert.match(header, /^algorithm=MD5, username="Robert \\"Bob\\" Jordan", mac=[A-Za-z0-9+/]{22}==$/);
  const claim = readHmac(header);
  assert(claim !== undefined);
  assert.equal(claim.user, login.user);
  assert(isAuthentic(claim, body, login, nonce));
  assert(!isAuthentic(claim, Buffer.from('<SyncML> </SyncML>'), login, nonce));
  assert(!isAuthentic(claim, body, { ...login, password: 'Secret' }, nonce));
  assert(!isAuthentic(claim, body, login, Buffer.from('n2')));
  assert(!isAuthentic({ ...claim, mac: claim.mac.subarray(1) }, body, login, nonce));
  const hexadecimal = Buffer.from(Buffer.from(claim.mac).toString('hex'));
  assert(isAuthentic({ ...claim, mac: hexadecimal }, body, login, nonce));
});

test('a header of the specification is read in any order, and a broken one is none', () => {
  const mac = 'NTI2OTJhMDAwNjYxODkwYmQ3NWUxN2RhN2ZmYmJlMzk';
  assert.equal(readHmac(`mac=${mac}, username="Robert Jordan"`)?.user, 'Robert Jordan');
  assert.equal(readHmac(`Algorithm=MD5,username=rj , mac=${mac}=`)?.mac.length, 32);
  for (const header of [
    '',
    'algorithm=MD5',
    `algorithm=SHA1, username="a", mac=${mac}`,
    `username="a, mac=${mac}`,
    'username="a", mac=?',
    `username="${'\\'.repeat(2000)}", mac=${mac}`,
    '"'.repeat(1000),
  ])
    assert.equal(readHmac(header), undefined, header.slice(0, 60));
});

test('what is shown of credentials that are made never has the password in it', () => {
  const shown = inspect([
    makeCredentials('md5', ALICE, '1.2', undefined),
    makeHmac(Buffer.from('x'), ALICE, makeNonce()),
  ]);
  assert.doesNotMatch(shown, /secret|c2VjcmV0/);
});
