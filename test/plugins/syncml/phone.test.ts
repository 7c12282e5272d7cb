import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { appointment, card } from '../../peers/support/people.js';
import { dated, person } from './phone-belongings.js';
import { PhoneDesk } from './phone-desk.js';

describe('a telephone on its cable', { concurrency: 3 }, () => {
  test('S1 S3 S4 both have all of both after the first sync, and what changes on either side goes to the other', async (t) => {
    const world = await PhoneDesk.open(t);
    const { phone, desk } = world;
    for (let number = 1; number <= 5; number++) phone.contacts.enter(person(number));
    phone.calendar.enter(dated(1));
    phone.notes.enter('Milk, bread, and paper for the printer.');
    for (let number = 11; number <= 14; number++) await desk.write('contacts', `${number}.vcf`, card(number));
    await desk.write('calendar', 'meeting.ics', appointment(2));
    await desk.write('notes', 'Ideas.txt', 'Learn to sail.\n');
    await world.synced();
    await world.equal('contacts', 9);
    await world.equal('calendar', 2);
    await world.equal('notes', 2);
    assert.deepEqual(
      phone.session?.stores.map(({ isSlow }) => isSlow),
      [true, true, true],
    );

    phone.contacts.enter(person(6));
    phone.contacts.edit(phone.contacts.find('Önder-2'), person(2, { phone: '+358 40 999' }));
    phone.contacts.erase(phone.contacts.find('Önder-3'));
    phone.contacts.erase(phone.contacts.find('00011'));
    phone.calendar.edit(phone.calendar.find('Sauna 1'), dated(1, 'Sauna with Väinö'));
    await desk.write('contacts', '12.vcf', card(12, { phone: '+49 1' }));
    await desk.write('contacts', '15.vcf', card(15));
    await desk.remove('contacts', '13.vcf');
    await desk.remove('notes', 'Ideas.txt');
    await world.synced();
    assert.deepEqual(
      phone.session?.stores.map(({ isSlow }) => isSlow),
      [false, false, false],
    );
    await world.equal('contacts', 8);
    await world.equal('calendar', 2);
    await world.equal('notes', 1);
    assert.ok(world.onPhone('calendar').some((said) => said.includes('Sauna with Väinö')));
    assert.ok((await world.onDesktop('contacts')).some((said) => said.includes('+358 40 999')));
    assert.ok(world.onPhone('contacts').some((said) => said.includes('TEL: +49 1\n')));

    await world.synced();
    assert.deepEqual(phone.session?.statuses, []);
    await world.equal('contacts', 8);
  });

  test('S8 what a telephone has no field for stays on the desktop when its poorer copy comes back', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts', 'calendar']);
    const { phone, desk } = world;
    const photo = Buffer.alloc(3_000, 'photo');
    await desk.write('contacts', 'rich.vcf', card(21, { photo }));
    await desk.write('calendar', 'rich.ics', appointment(3));
    await world.synced();
    const poor = phone.contacts.items.get(phone.contacts.find('contact21@')) ?? '';
    assert.doesNotMatch(poor, /PHOTO|ORG|TITLE|BDAY/);
    phone.contacts.edit(phone.contacts.find('contact21@'), poor.replace('+49 30 1000021', '+49 30 555'));
    const date = phone.calendar.items.get(phone.calendar.find('Meeting 3')) ?? '';
    assert.doesNotMatch(date, /DESCRIPTION/);
    phone.calendar.edit(phone.calendar.find('Meeting 3'), date.replace('Meeting 3', 'Meeting moved'));
    await world.synced();
    const rich = ((await desk.items('contacts')).get('rich.vcf') ?? '').toString().replaceAll(/\r?\n[ \t]/g, '');
    assert.match(rich, /\+49 30 555/);
    assert.doesNotMatch(rich, /1000021/);
    for (const kept of [/^ORG.*Example/m, /^TITLE.*Engineer/m, /^BDAY/m, /^PHOTO/m]) assert.match(rich, kept);
    assert.ok(rich.includes(photo.toString('base64')));
    const event = ((await desk.items('calendar')).get('rich.ics') ?? '').toString();
    assert.match(event, /SUMMARY:Meeting moved/);
    assert.match(event, /DESCRIPTION:About meeting 3/);
    await world.equal('contacts', 1);
  });

  test('S6 a telephone that gives all its items other names gets nothing twice, and brings nothing twice', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone, desk } = world;
    for (let number = 1; number <= 6; number++) phone.contacts.enter(person(number));
    await desk.write('contacts', 'one.vcf', card(11));
    await world.synced();
    const before = await desk.items('contacts');
    phone.contacts.renumber();
    phone.forget();
    await world.synced();
    await world.equal('contacts', 7);
    assert.deepEqual(await desk.items('contacts'), before);
    await desk.write('contacts', 'one.vcf', card(11, { phone: '+49 7' }));
    await world.synced();
    await world.equal('contacts', 7);
    assert.ok(world.onPhone('contacts').some((said) => said.includes('TEL: +49 7\n')));
  });

  test('S6 an item that got the name of one that was edited meanwhile is still known by its new name', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone } = world;
    for (let number = 1; number <= 2; number++) phone.contacts.enter(person(number));
    await world.synced();
    phone.contacts.renumber();
    phone.forget();
    phone.contacts.edit(phone.contacts.find('Önder-2'), person(2, { phone: '+358 22' }));
    await world.synced();
    phone.contacts.edit(phone.contacts.find('Önder-1'), person(1, { phone: '+358 11' }));
    await world.synced();
    await world.equal('contacts', 2);
  });

  test('S6 a telephone that lies about its anchors is synced slowly each time, and nothing is doubled', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone, desk } = world;
    for (let number = 1; number <= 4; number++) phone.contacts.enter(person(number));
    await world.synced();
    phone.habits.liesAboutAnchors = true;
    phone.contacts.enter(person(5));
    await desk.write('contacts', 'one.vcf', card(11));
    for (let time = 0; time < 3; time++) {
      await world.synced();
      assert.equal(phone.session?.stores[0]?.isSlow, true);
      await world.equal('contacts', 6);
    }
  });

  test('S6 a telephone that lost its memory gets everything back, and nothing is taken for deleted', async (t) => {
    const world = await PhoneDesk.open(t, ['contacts']);
    const { phone, desk } = world;
    for (let number = 1; number <= 4; number++) phone.contacts.enter(person(number));
    await desk.write('contacts', 'one.vcf', card(11));
    await world.synced();
    const before = await desk.items('contacts');
    phone.contacts.clear();
    phone.forget();
    await world.synced();
    await world.equal('contacts', 5);
    assert.deepEqual(await desk.items('contacts'), before);
  });

  for (const [version, encoding] of [
    ['1.2', 'wbxml'],
    ['1.2', 'xml'],
    ['1.1', 'xml'],
    ['1.0', 'wbxml'],
  ] as const)
    test(`S1 S5 a telephone is asked to sync, and synced, in the words of SyncML ${version} in ${encoding}`, async (t) => {
      const lines = [`SyncML.Alert=${version}`, `SyncML.Version=${version}`, `SyncML.Encoding=${encoding}`];
      const world = await PhoneDesk.open(t, ['contacts', 'calendar', 'notes'], {
        rules: ['[Of another age]', 'MatchModel=*6021', ...lines, ''].join('\n'),
        prepare: ({ habits }) => Object.assign(habits, { version, encoding }),
      });
      world.phone.contacts.enter(person(1));
      world.phone.calendar.enter(dated(1));
      await world.desk.write('contacts', 'one.vcf', card(11));
      await world.desk.write('notes', 'Ideas.txt', 'Learn to sail & <dive>.');
      await world.synced();
      world.phone.contacts.erase(world.phone.contacts.find('Önder-1'));
      await world.desk.write('contacts', 'two.vcf', card(12));
      await world.synced();
      assert.equal(world.phone.session?.stores[0]?.isSlow, false);
      await world.equal('contacts', 2);
      await world.equal('calendar', 1);
      await world.equal('notes', 1);
    });

  test('S1 S5 a telephone that understands the older notification alone is asked by that, where no rule tells', async (t) => {
    const rules = ['[Nobody knows]', 'MatchModel=*6021', 'SyncML.Alert=', 'SyncML.Version=', ''].join('\n');
    const world = await PhoneDesk.open(t, ['contacts'], { rules });
    world.phone.contacts.enter(person(1));
    await world.synced();
    await world.equal('contacts', 1);
  });
});
