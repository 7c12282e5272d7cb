import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CradleError } from '../../../../src/dbus/errors.js';
import { decodeDocument, encodeDocument } from '../../../../src/plugins/syncml/codec/codec.js';
import type { Element, Node } from '../../../../src/plugins/syncml/codec/document.js';
import type { DeviceInformation } from '../../../../src/plugins/syncml/devinf/device-information.js';
import { readDeviceInformation } from '../../../../src/plugins/syncml/devinf/device-information-reader.js';
import { writeDeviceInformation } from '../../../../src/plugins/syncml/devinf/device-information-writer.js';
import { OWN_TYPES, ownInformation } from '../../../../src/plugins/syncml/devinf/own-information.js';
import { corpus } from '../codec/corpus.js';
import { devinf, isElement } from '../codec/trees.js';
import { mutants } from '../message/mutants.js';

const find = (node: Node): readonly Element[] =>
  !isElement(node) ? [] : node.name === 'DevInf' ? [node] : node.children.flatMap(find);

const real = corpus()
  .filter(({ name }) => /^(?:01|04)-.*001-/.test(name))
  .flatMap(({ name, bytes, encoding }) =>
    find(decodeDocument(bytes, encoding).root).map((element) => ({ name, element })),
  );

const own = (version: '1.0' | '1.1' | '1.2'): DeviceInformation =>
  ownInformation({
    version,
    deviceId: 'cradle-1',
    role: 'server',
    software: '0.1.0',
    datastores: [
      { uri: './contacts', displayName: 'Contacts', types: OWN_TYPES.contacts },
      { uri: './calendar', types: OWN_TYPES.calendar },
      { uri: './notes', types: OWN_TYPES.notes },
    ],
  });

test('the device information of a real peer is read without a complaint, and is the same when written again', () => {
  assert(real.length > 12);
  for (const { name, element } of real) {
    const { information, complaints } = readDeviceInformation(element);
    assert.deepEqual(complaints, [], name);
    const again = readDeviceInformation(writeDeviceInformation(information, information.version));
    assert.deepEqual(again.information, information, name);
  }
});

test('a peer says the same of its cards in 1.0, 1.1 and 1.2', () => {
  const typesOfTel = (scenario: string): unknown => {
    const found = real.find(({ name }) => name.startsWith(scenario) && name.includes('c2s'));
    assert(found !== undefined, scenario);
    const [store] = readDeviceInformation(found.element).information.datastores;
    return store?.capabilities.map(({ type, version, properties }) => [
      type,
      version,
      properties.find(({ name }) => name === 'TEL')?.parameters.map(({ name, values }) => [name, values.length]),
    ]);
  };
  const expected = [
    ['text/vcard', '3.0', [['TYPE', 12]]],
    ['text/x-vcard', '2.1', [['TYPE', 12]]],
  ];
  for (const kind of ['wbxml-1.0', 'xml-1.1', 'wbxml-1.1', 'xml-1.2', 'wbxml-1.2'])
    assert.deepEqual(typesOfTel(`01-slow3-${kind}`), expected, kind);
});

test('ours is read as it was written, in each version and encoding', () => {
  for (const version of ['1.0', '1.1', '1.2'] as const)
    for (const encoding of ['xml', 'wbxml'] as const) {
      const bytes = encodeDocument(writeDeviceInformation(own(version), version), encoding, version);
      const { information, complaints } = readDeviceInformation(decodeDocument(bytes, encoding).root);
      assert.deepEqual(complaints, []);
      assert.deepEqual(information, own(version));
    }
});

test('ours tells what it holds of each type, and all kinds of sync', () => {
  const { datastores, utc, largeObjects, numberOfChanges } = own('1.2');
  assert(utc && largeObjects && numberOfChanges);
  const [contacts, calendar, notes] = datastores;
  assert.deepEqual(
    contacts?.capabilities.map(({ type, version }) => `${type} ${version}`),
    ['text/vcard 3.0', 'text/x-vcard 2.1', 'text/vcard 4.0'],
  );
  assert.deepEqual(
    calendar?.receives.map(({ type, version }) => `${type} ${version}`),
    ['text/calendar 2.0', 'text/x-vcalendar 1.0'],
  );
  assert.deepEqual(notes?.receives, [{ type: 'text/plain', version: '1.0' }]);
  for (const { syncTypes } of datastores) assert.deepEqual(syncTypes, [1, 2, 3, 4, 5, 6, 7]);
  for (const { properties } of contacts?.capabilities ?? []) {
    const names = properties.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const needed of ['BEGIN', 'END', 'VERSION', 'N', 'FN', 'TEL', 'EMAIL', 'PHOTO', 'X-*'])
      assert(names.includes(needed), needed);
  }
});

test('1.0 has no word for large objects, 1.1 none for two versions of a type', () => {
  const { utc, largeObjects, numberOfChanges, datastores } = own('1.0');
  assert.deepEqual([utc, largeObjects, numberOfChanges], [false, false, false]);
  assert.deepEqual(
    datastores[0]?.receives.map(({ version }) => version),
    ['3.0', '2.1'],
  );
});

const text = (name: string, value: string): Element => devinf(name, value);
const type = (name: string, ctType: string, version: string): Element =>
  devinf(name, text('CTType', ctType), text('VerCT', version));

test('what is wrong in the words of a phone is left out with a complaint, and the rest holds', () => {
  const { information, complaints } = readDeviceInformation(
    devinf(
      'DevInf',
      text('VerDTD', '1.1.1'),
      text('Man', 'NOKIA'),
      text('Mod', 'a'.repeat(2000)),
      text('DevTyp', 'phone'),
      devinf('DataStore', text('DisplayName', 'without a name')),
      devinf(
        'DataStore',
        text('SourceRef', './C\\System\\Data\\Contacts.cdb'),
        text('MaxGUIDSize', 'eight'),
        type('Rx-Pref', 'text/x-vcard;charset=utf-8', '2.1'),
        devinf('Rx', text('VerCT', '3.0')),
        devinf('SyncCap', text('SyncType', '1'), text('SyncType', 'two'), text('SyncType', '2'), text('SyncType', '1')),
        devinf('DSMem', text('MaxMem', '0'), text('MaxID', '500')),
      ),
    ),
  );
  assert.deepEqual(information, {
    version: '1.1',
    manufacturer: 'NOKIA',
    deviceId: '',
    deviceType: 'phone',
    utc: false,
    largeObjects: false,
    numberOfChanges: false,
    datastores: [
      {
        uri: './C\\System\\Data\\Contacts.cdb',
        receives: [{ type: 'text/x-vcard', version: '2.1' }],
        sends: [],
        memory: { shared: false, maxIds: 500 },
        syncTypes: [1, 2],
        capabilities: [],
      },
    ],
  });
  for (const word of ['VerDTD', 'Mod', 'DevID', 'SourceRef', 'MaxGUIDSize', 'CTType', 'SyncType'])
    assert(
      complaints.some((sentence) => sentence.includes(word)),
      `${word}: ${complaints.join('; ')}`,
    );
});

test('sizes, counts and values of properties are kept in either form', () => {
  const flat = devinf(
    'CTCap',
    text('CTType', 'text/x-vcard'),
    text('PropName', 'N'),
    text('DataType', 'chr'),
    text('Size', '50'),
    text('PropName', 'VERSION'),
    text('ValEnum', '2.1'),
    text('PropName', 'TEL'),
    text('ParamName', 'CELL'),
    text('ParamName', 'HOME'),
    text('ParamName', 'CHARSET'),
  );
  const nested = devinf(
    'CTCap',
    text('CTType', 'text/x-vcard'),
    text('VerCT', '2.1'),
    devinf('Property', text('PropName', 'N'), text('DataType', 'chr'), text('MaxSize', '50')),
    devinf('Property', text('PropName', 'VERSION'), text('ValEnum', '2.1')),
    devinf(
      'Property',
      text('PropName', 'TEL'),
      text('MaxOccur', '3'),
      devinf('NoTruncate'),
      devinf('PropParam', text('ParamName', 'TYPE'), text('ValEnum', 'CELL'), text('ValEnum', 'HOME')),
      devinf('PropParam', text('ParamName', 'CHARSET')),
    ),
  );
  const capabilities = (cap: Element) => {
    const store = devinf('DataStore', text('SourceRef', 'a'), type('Rx-Pref', 'text/x-vcard', '2.1'), cap);
    return readDeviceInformation(devinf('DevInf', text('VerDTD', '1.2'), store)).information.datastores[0]
      ?.capabilities;
  };
  const tel = {
    name: 'TEL',
    values: [],
    parameters: [
      { name: 'TYPE', values: ['CELL', 'HOME'] },
      { name: 'CHARSET', values: [] },
    ],
  };
  const name = { name: 'N', dataType: 'chr', maxSize: 50, values: [], parameters: [] };
  const version = { name: 'VERSION', values: ['2.1'], parameters: [] };
  const card = { type: 'text/x-vcard', version: '2.1' };
  assert.deepEqual(capabilities(flat), [{ ...card, properties: [name, version, tel] }]);
  assert.deepEqual(capabilities(nested), [
    { ...card, properties: [name, version, { ...tel, maxOccur: 3, noTruncate: true }] },
  ]);
});

test('capabilities that stand beside the datastores belong to those of their type', () => {
  const { datastores } = readDeviceInformation(
    devinf(
      'DevInf',
      text('VerDTD', '1.0'),
      devinf('DataStore', text('SourceRef', 'card'), type('Rx-Pref', 'text/x-vcard', '2.1')),
      devinf('DataStore', text('SourceRef', 'note'), type('Rx-Pref', 'text/plain', '1.0')),
      devinf('CTCap', text('CTType', 'text/x-vcard'), text('PropName', 'N'), text('CTType', 'text/x-vcalendar')),
    ),
  ).information;
  assert.deepEqual(
    datastores.map(({ capabilities }) => capabilities.map((one) => one.type)),
    [['text/x-vcard'], []],
  );
});

test('whatever is wrong in device information, it is bounded, written again, and no other error than ours', () => {
  const roots = real.filter(({ name }) => name.includes('s1-')).map(({ element }) => element);
  fc.assert(
    fc.property(mutants(roots), (root) => {
      let read: ReturnType<typeof readDeviceInformation>;
      try {
        read = readDeviceInformation(root);
      } catch (error) {
        assert(error instanceof CradleError && error.code === 'InvalidItem', String(error));
        return;
      }
      assert(read.complaints.length <= 50);
      const { information } = read;
      const again = readDeviceInformation(writeDeviceInformation(information, '1.2')).information;
      assert.deepEqual(
        again.datastores.map(({ uri }) => uri),
        information.datastores.map(({ uri }) => uri),
      );
    }),
    { numRuns: 300 },
  );
});
