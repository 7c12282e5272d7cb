import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SimulatedPhone } from '../../fakes/phone/phone.js';
import { said } from '../../fakes/phone/said.js';
import type { SyncSession } from '../../fakes/phone/session.js';
import { Desk } from '../../peers/support/desk.js';
import { card } from '../../peers/support/people.js';
import { until } from '../../support/until.js';
import { person } from './phone-belongings.js';

const LOGIN = { user: 'väinö', password: 'sauna:1' };

async function meeting(t: TestContext, version: '1.0' | '1.1') {
  const desk = await Desk.open(t);
  const caller = await desk.caller(LOGIN.user, LOGIN.password, [['contacts', 'text/vcard']]);
  await desk.bind(caller, [['contacts', 'contacts']]);
  const phone = new SimulatedPhone();
  phone.habits.version = version;
  phone.habits.login = LOGIN;
  return { desk, phone };
}

/** A session of the telephone's own will, to its end. */
async function call(desk: Desk, phone: SimulatedPhone): Promise<SyncSession> {
  const session = phone.begin(desk.url, { Contacts: 'contacts' });
  for (let packet = session.say(); packet !== undefined; packet = session.say()) {
    const answer = await fetch(session.respUri ?? desk.url, {
      method: 'POST',
      headers: { 'content-type': packet.contentType },
      body: packet.bytes,
      signal: AbortSignal.timeout(30_000),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    const contentType = answer.headers.get('content-type') ?? '';
    phone.hear(session, { contentType, bytes: new Uint8Array(await answer.arrayBuffer()) });
  }
  return session;
}

async function equal(desk: Desk, phone: SimulatedPhone, count: number): Promise<void> {
  const there = [...phone.contacts.items.values()].map((body) => said('contacts', body)).sort();
  assert.equal(there.length, count);
  await until(async () => (await desk.items('contacts')).size === count);
  const here = [...(await desk.items('contacts')).values()].map((body) => said('contacts', body.toString())).sort();
  assert.deepEqual(here, there);
}

for (const version of ['1.0', '1.1'] as const)
  test(`S1 S2 S7 a telephone of SyncML ${version} that calls proves itself by MD5 in WBXML, by each nonce once`, async (t) => {
    const { desk, phone } = await meeting(t, version);
    for (let number = 1; number <= 3; number++) phone.contacts.enter(person(number));
    await desk.write('contacts', 'one.vcf', card(11));
    const first = await call(desk, phone);
    assert.equal(first.failure, undefined);
    await equal(desk, phone, 4);
    const { said: usual } = await call(desk, phone);
    // It lost the nonce, and is told another one.
    phone.nonce = new Uint8Array();
    const third = await call(desk, phone);
    assert.equal(third.failure, undefined);
    assert.equal(third.said, usual + 1);
    await equal(desk, phone, 4);
  });

test('S7 a telephone with a wrong password is told so, and nothing of it is taken', async (t) => {
  const { desk, phone } = await meeting(t, '1.0');
  phone.habits.login = { ...LOGIN, password: 'banya' };
  phone.contacts.enter(person(1));
  const { failure } = await call(desk, phone);
  assert.equal(failure, 'the server does not let it in (401)');
  assert.equal((await desk.items('contacts')).size, 0);
});
