import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formFor } from '../../../src/plugins/syncml/content/forms.js';
import { datastoresOf, infoOf } from '../../../src/plugins/syncml/datastores.js';
import type { DatastoreInformation, DeviceInformation } from '../../../src/plugins/syncml/devinf/device-information.js';
import { OPTIONS, readOptions } from '../../../src/plugins/syncml/options.js';
import { accountContext } from './accounts-bed.js';

const datastore = (uri: string, types: readonly string[], more: Partial<DatastoreInformation> = {}) => {
  const listed = types.map((type) => {
    const [name = '', version = ''] = type.split(' ');
    return { type: name, version };
  });
  return { uri, receives: listed, sends: listed, syncTypes: [1, 2], capabilities: [], ...more };
};

const device = (...datastores: readonly DatastoreInformation[]): DeviceInformation => ({
  version: '1.2',
  deviceId: 'IMEI:1',
  deviceType: 'phone',
  utc: true,
  largeObjects: true,
  numberOfChanges: true,
  datastores,
});

const account = (options: Readonly<Record<string, string>> = {}) =>
  accountContext('/nowhere', { role: 'caller', options, addresses: { contacts: './Contacts' } }).device;

const CARD = 'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Meier;Anna;;;\r\nFN:Anna Meier\r\nNOTE:tea\r\nEND:VCARD\r\n';
const TASK = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:t\r\nSUMMARY:wash\r\nEND:VTODO\r\nEND:VCALENDAR\r\n';
const sent = (form: ReturnType<typeof formFor>, type: string, body: string) => {
  const { content } = form.write({ type, body: Buffer.from(body), summary: '' });
  return { type: content.type, text: Buffer.from(content.bytes).toString() };
};

test('a datastore is found by its address in any spelling, else by what it holds', () => {
  const told = device(
    datastore('/contacts/', ['text/x-vcard 2.1']),
    datastore('C:\\Calendar', ['text/x-vcalendar 1.0']),
    datastore('Bookmarks', ['text/x-vbookmark 1.0']),
  );
  const found = datastoresOf(account(), told);
  assert.deepEqual(
    found.map(({ name, uri }) => [name, uri]),
    [
      ['contacts', '/contacts/'],
      ['calendar', 'C:\\Calendar'],
      ['notes', 'notes'],
    ],
  );
  assert.deepEqual(
    datastoresOf(account(), undefined).map(({ uri }) => uri),
    ['./Contacts', 'calendar', 'notes'],
  );
});

test('a store is the same store whether or not the device has described itself, and another at another address', () => {
  const identity = (told: DeviceInformation | undefined, instance = 'i', of = account()): string => {
    const [contacts] = datastoresOf(of, told);
    assert.ok(contacts !== undefined);
    return infoOf(contacts, of, instance).identity;
  };
  assert.equal(identity(device(datastore('Contacts', ['text/vcard 3.0']))), identity(undefined));
  assert.notEqual(identity(undefined), identity(undefined, 'j'));
  const moved = accountContext('/nowhere', { role: 'caller', addresses: { contacts: 'others' } }).device;
  assert.notEqual(identity(undefined), identity(undefined, 'i', moved));
});

test('a device gets what it prefers, what its rule says, or what its kind is used to', () => {
  const form = (role: 'client' | 'server', told?: DeviceInformation, options = {}) => {
    const of = account(options);
    const [contacts] = datastoresOf(of, told);
    assert.ok(contacts !== undefined);
    return sent(formFor(contacts, { options: readOptions(of), role, utc: false }), 'text/vcard', CARD);
  };
  assert.match(form('server').text, /VERSION:2\.1/);
  assert.equal(form('server').type, 'text/x-vcard');
  assert.match(form('client').text, /VERSION:3\.0/);
  const modern = device(datastore('Contacts', ['text/vcard 3.0', 'text/x-vcard 2.1']));
  assert.match(form('server', modern).text, /VERSION:3\.0/);
  assert.match(form('server', modern, { Card: '2.1' }).text, /VERSION:2\.1/);
});

test('what a device says that it cannot hold is left out, unless it is not to be believed', () => {
  const property = (name: string) => ({ name, values: [], parameters: [] });
  const capabilities = [{ type: 'text/x-vcard', version: '2.1', properties: [property('N'), property('TEL')] }];
  const told = device(datastore('Contacts', ['text/x-vcard 2.1'], { capabilities }));
  const text = (options: Readonly<Record<string, string>>, of = told): string => {
    const phone = account(options);
    const [contacts] = datastoresOf(phone, of);
    assert.ok(contacts !== undefined);
    return sent(formFor(contacts, { options: readOptions(phone), role: 'server', utc: false }), 'text/vcard', CARD)
      .text;
  };
  assert.doesNotMatch(text({}), /tea/);
  assert.match(text({ Capabilities: 'false' }), /tea/);
  const nonsense = [{ type: 'text/x-vcard', version: '2.1', properties: [property('X-ESI')] }];
  assert.match(text({}, device(datastore('Contacts', ['text/x-vcard 2.1'], { capabilities: nonsense }))), /tea/);
});

test('a calendar that keeps appointments alone is not sent tasks, and says so', () => {
  const begin = { name: 'BEGIN', values: ['VCALENDAR', 'VEVENT'], parameters: [] };
  const summary = { name: 'SUMMARY', values: [], parameters: [] };
  const capabilities = [{ type: 'text/x-vcalendar', version: '1.0', properties: [begin, summary] }];
  const of = account();
  const [, calendar] = datastoresOf(of, device(datastore('calendar', ['text/x-vcalendar 1.0'], { capabilities })));
  assert.ok(calendar !== undefined);
  const form = formFor(calendar, { options: readOptions(of), role: 'server', utc: true });
  assert.throws(() => sent(form, 'text/calendar', TASK), { code: 'Unsupported', message: /keeps no tasks/ });
});

test('a datastore that takes nothing is read-only', () => {
  const of = account();
  const [contacts] = datastoresOf(of, device(datastore('Contacts', ['text/vcard 3.0'], { receives: [] })));
  assert.ok(contacts !== undefined);
  assert.equal(infoOf(contacts, of, 'i').readOnly, true);
});

test('options are read, and what makes no sense is named with what would', () => {
  assert.equal(readOptions(account()).maxMessageSize, 256 * 1024);
  const options = readOptions(
    account({ Version: '1.1', ServerUri: 'contacts:card; calendar:cal', EnterObex: 'AT+CPROT=0', Utc: 'true' }),
  );
  assert.equal(options.version, '1.1');
  assert.deepEqual(
    [...options.serverUris],
    [
      ['contacts', 'card'],
      ['calendar', 'cal'],
    ],
  );
  assert.deepEqual(options.enterObex, ['AT+CPROT=0']);
  assert.equal(options.utc, true);
  for (const [option, value] of [
    ['Version', '3'],
    ['Encoding', 'json'],
    ['MaxObjSize', '-1'],
    ['AlertCode', '200'],
    ['Capabilities', 'perhaps'],
    ['AllDay', 'noon'],
  ] as const) {
    assert.ok(option in OPTIONS);
    assert.throws(() => readOptions(account({ [option]: value })), { code: 'InvalidArgs', message: new RegExp(value) });
  }
});
