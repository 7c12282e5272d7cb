import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { card } from '../../peers/support/people.js';
import { dated, person } from './phone-belongings.js';
import { PhoneDesk } from './phone-desk.js';

/** People on both sides, and one on both. */
async function furnished(world: PhoneDesk, count = 6): Promise<number> {
  for (let number = 1; number <= count; number++) world.phone.contacts.enter(person(number));
  for (let number = 11; number <= 10 + count; number++)
    await world.desk.write('contacts', `${number}.vcf`, card(number));
  return 2 * count;
}

describe('a telephone that behaves badly on its line', { concurrency: 3 }, () => {
  test('S3 a telephone that answers late is waited for', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const count = await furnished(world);
    world.phone.habits.stalls = 40;
    await world.synced();
    await world.equal('contacts', count);
  });

  for (const end of ['hangsUpAfter', 'deafAt'] as const)
    test(`S2 S6 a line that went dead at any message (${end}) leaves nothing lost and nothing doubled`, async (t) => {
      const world = await PhoneDesk.open(t, ['contacts']);
      const { phone, desk } = world;
      let count = await furnished(world);
      phone.habits.maxMessageSize = 2_048;
      let cut = 0;
      for (let at = 0; at < 8; at++) {
        phone.habits[end] = at;
        if ((await world.sync()).State === 'failed') cut++;
        phone.habits[end] = undefined;
        await world.replug();
        if (at % 2 === 0) continue;
        // What is new meanwhile goes with the rest.
        phone.contacts.enter(person(100 + at));
        await desk.write('contacts', `${200 + at}.vcf`, card(200 + at));
        count += 2;
      }
      assert.ok(cut >= 4, `${cut} sessions were cut`);
      await world.synced();
      await world.equal('contacts', count);
      phone.forget();
      await world.synced();
      await world.equal('contacts', count);
    });

  test('S2 a reply that gets lost, whichever, is given again, and nothing is done twice', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone, desk } = world;
    let count = await furnished(world, 3);
    for (let reply = 1; reply <= 3; reply++) {
      phone.habits.losesReply = reply;
      await world.synced();
      await world.equal('contacts', count);
      phone.contacts.enter(person(30 + reply));
      phone.contacts.edit(phone.contacts.find('Önder-1'), person(1, { phone: `+358 ${reply}` }));
      await desk.write('contacts', `${50 + reply}.vcf`, card(50 + reply));
      count += 2;
    }
    phone.habits.losesReply = undefined;
    await world.synced();
    await world.equal('contacts', count);
  });

  test('S10 a telephone that takes small messages alone gets and gives everything in pieces', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts', 'notes']);
    const { phone, desk } = world;
    phone.habits.maxMessageSize = 1_500;
    const count = await furnished(world, 8);
    phone.notes.enter(`Long: ${'a long walk by the sea. '.repeat(300)}`);
    await desk.write('notes', 'Longer.txt', `Longer: ${'Öl und Salz, '.repeat(700)}`);
    await world.synced();
    await world.equal('contacts', count);
    await world.equal('notes', 2);
    assert.ok((phone.session?.said ?? 0) > 20);
  });

  for (const information of ['broken', 'none'] as const)
    test(`S8 a telephone whose device information is ${information} is synced all the same`, async (t) => {
      const world = await PhoneDesk.open(t, ['contacts', 'calendar']);
      const { phone } = world;
      phone.habits.information = information;
      phone.calendar.enter(dated(1));
      const count = await furnished(world, 2);
      await world.synced();
      await world.equal('contacts', count);
      await world.equal('calendar', 1);
    });

  test('S10 a telephone that never says how many changes come is synced all the same', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    world.phone.habits.tellsCount = false;
    const count = await furnished(world, 2);
    await world.synced();
    await world.equal('contacts', count);
  });

  test('S4 what the user of a telephone changes during a sync comes with the next, and is not lost', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone } = world;
    const count = await furnished(world, 3);
    await world.synced();
    phone.habits.meanwhile = () => {
      phone.contacts.enter(person(7));
      phone.contacts.edit(phone.contacts.find('Önder-2'), person(2, { phone: '+358 222' }));
      phone.contacts.erase(phone.contacts.find('Önder-3'));
      phone.habits.meanwhile = undefined;
    };
    await world.synced();
    await world.synced();
    await world.equal('contacts', count);
    const here = (await world.onDesktop('contacts')).join('\n');
    assert.match(here, /TEL: \+358 222/);
    assert.match(here, /Önder-7/);
    assert.doesNotMatch(here, /Önder-3;/);
  });
});
