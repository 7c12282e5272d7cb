import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { card } from '../../peers/support/people.js';
import { dated, person } from './phone-belongings.js';
import { PhoneDesk } from './phone-desk.js';

describe('a telephone whose items are strange', { concurrency: 3 }, () => {
  test('S14 an item that comes twice under the same name is there once', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone } = world;
    phone.habits.sendsTwice = true;
    for (let number = 1; number <= 4; number++) phone.contacts.enter(person(number));
    await world.synced();
    await world.equal('contacts', 4);
    phone.contacts.enter(person(5));
    await world.synced();
    await world.equal('contacts', 5);
  });

  test('S14 an item without a name is turned away, and one with a name of 300 characters is synced', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone, desk } = world;
    const long = 'x'.repeat(300);
    phone.contacts.enter(person(1), '');
    phone.contacts.enter(person(2), long);
    phone.contacts.enter(person(3));
    await world.synced();
    assert.deepEqual(phone.session?.statuses.find(({ luid }) => luid === '')?.code, 412);
    assert.equal((await desk.items('contacts')).size, 2);
    const [name = ''] = [...(await desk.items('contacts'))].find(([, body]) => body.includes('person2@')) ?? [];
    const body = (await desk.items('contacts')).get(name)?.toString() ?? '';
    await desk.write('contacts', name, body.replace('+358 9 200002', '+358 9 7'));
    await world.synced();
    assert.match(phone.contacts.items.get(long) ?? '', /\+358 9 7/);
    phone.contacts.erase(long);
    await world.synced();
    assert.equal((await desk.items('contacts')).has(name), false);
  });

  test('S14 an item without its content and one that cannot be read are put aside, named, and synced once they change', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone, desk } = world;
    phone.contacts.enter(person(1));
    const hollow = phone.contacts.enter(person(2));
    phone.contacts.hollow(hollow);
    const broken = phone.contacts.enter('BEGIN:VCARD\r\nVERSION:2.1\r\nN:Broken;Card\r\nTEL:1\r\n');
    const nothing = phone.contacts.enter('\u0001\u0002 not a card at all');
    await desk.write('contacts', 'one.vcf', card(11));
    await world.synced();
    const refused = await world.refused();
    for (const { name } of refused) assert.match(name, /^contacts .* \(unreadable\)$/);
    assert.deepEqual(refused.map(({ reason }) => reason).sort(), [
      'line 1 begins a VCARD that never ends',
      'line 1 is no property: “.. not a card at all”',
      'the text is empty',
    ]);
    await world.synced();
    assert.equal((await world.refused()).length, 3);
    assert.equal((await desk.items('contacts')).size, 2);
    assert.deepEqual(
      [hollow, broken, nothing].map((luid) => phone.contacts.items.has(luid)),
      [true, true, true],
    );
    phone.contacts.edit(hollow, person(2));
    phone.contacts.edit(broken, person(3));
    phone.contacts.edit(nothing, person(4));
    await world.synced();
    assert.deepEqual(await world.refused(), []);
    await world.equal('contacts', 5);
  });

  test('S10 what a full telephone has no room for is named, and goes there once there is room', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone, desk } = world;
    phone.contacts.enter(person(1));
    phone.contacts.room = 3;
    for (let number = 11; number <= 15; number++) await desk.write('contacts', `${number}.vcf`, card(number));
    await world.synced();
    assert.equal(phone.contacts.items.size, 3);
    const refused = await world.refused();
    assert.equal(refused.length, 3);
    for (const { reason } of refused) assert.match(reason, /is full/);
    assert.equal((await desk.items('contacts')).size, 6);
    phone.contacts.room = 100;
    await world.synced();
    await world.equal('contacts', 6);
  });

  test('S12 an appointment without a UID gets one on the desktop, and keeps it through changes on both sides', async (t) => {
    const world = await PhoneDesk.open(t, ['calendar']);
    const { phone, desk } = world;
    const luid = phone.calendar.enter(dated(3));
    await world.synced();
    const read = async (): Promise<readonly [string, string]> => {
      const [[name, body] = ['', Buffer.of()]] = [...(await desk.items('calendar'))];
      return [name, body.toString()];
    };
    const uidOf = (body: string): string => /^UID:(.+)\r$/m.exec(body)?.[1] ?? '';
    const uid = uidOf((await read())[1]);
    assert.match(uid, /^[0-9a-f-]{36}$/);
    phone.calendar.edit(luid, dated(3, 'A longer sauna'));
    await world.synced();
    const [name, body] = await read();
    assert.equal(uidOf(body), uid);
    assert.match(body, /A longer sauna/);
    await desk.write('calendar', name, body.replace('A longer sauna', 'No sauna'));
    await world.synced();
    phone.forget();
    await world.synced();
    const after = await read();
    assert.equal(uidOf(after[1]), uid);
    assert.match(after[1], /No sauna/);
    await world.equal('calendar', 1);
  });
});
