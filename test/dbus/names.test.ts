import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isValidObjectPath } from 'dbus-native';
import fc from 'fast-check';
import { endpointsOf, escapeValue, sessionBusAddress, systemBusAddress } from '../../src/dbus/address.js';
import { CradleError } from '../../src/dbus/errors.js';
import { escapePathElement, paths, unescapePathElement } from '../../src/dbus/names.js';
import { isOfType, parseSignature } from '../../src/dbus/signature.js';
import { VERSION } from '../../src/dbus/version.js';
import { repositoryRoot } from '../support/root.js';

test('any text is a valid element of an object path, and can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const path = paths.of('device', text);
      assert(isValidObjectPath(path), path);
      assert.equal(unescapePathElement(escapePathElement(text)), text);
    }),
  );
  assert.equal(escapePathElement('4F/ü'), '_34F_2f_c3_bc');
  assert.equal(escapePathElement(''), '_');
});

test('an address is read as the specification writes it', () => {
  const path = '/run/user/1000/a b,c;d=e%f/ü';
  assert.deepEqual(endpointsOf(`unix:path=${escapeValue(path)},guid=00`), [{ path }]);
  assert.deepEqual(endpointsOf('unix:abstract=/tmp/x;tcp:host=localhost,port=4711,family=ipv4;launchd:env=X'), [
    { path: '\0/tmp/x' },
    { host: 'localhost', port: 4711 },
  ]);
  for (const wrong of [
    '',
    'unix:',
    'unix:path=',
    'tcp:host=a',
    'tcp:host=a,port=0',
    'tcp:host=a,port=70000',
    'nonsense',
  ])
    assert.throws(() => endpointsOf(wrong), CradleError, wrong);
});

test('the buses are found by their variables, or where the specification and systemd put them', () => {
  assert.equal(sessionBusAddress({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/a', XDG_RUNTIME_DIR: '/b' }), 'unix:path=/a');
  assert.equal(sessionBusAddress({ XDG_RUNTIME_DIR: '/run/u ser' }), 'unix:path=/run/u%20ser/bus');
  assert.equal(sessionBusAddress({}), `unix:path=/run/user/${process.getuid?.()}/bus`);
  assert.equal(systemBusAddress({}), 'unix:path=/run/dbus/system_bus_socket');
  assert.equal(systemBusAddress({ DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/c' }), 'unix:path=/c');
});

test('a signature is one or more complete types, and nothing else', () => {
  for (const right of ['', 's', 'a{sv}', 'a(oa{sv})', 'a{oa{sa{sv}}}', '(ybnqiuxtdsogh)v', 'aaaas'])
    assert.doesNotThrow(() => parseSignature(right), right);
  const wrong = [
    'a',
    '(',
    ')',
    '()',
    '{sv}',
    'a{s}',
    'a{vs}',
    'a{sss}',
    'a{(s)v}',
    'r',
    'z',
    '(s',
    'a'.repeat(40),
    's'.repeat(256),
  ];
  for (const one of wrong) assert.throws(() => parseSignature(one), CradleError, one);
});

test('a value is of a type only when all of it is', () => {
  const is = (signature: string, value: unknown): boolean => {
    const [type] = parseSignature(signature);
    assert(type !== undefined);
    return isOfType(type, value);
  };
  assert(is('a{sv}', new Map([['a', 1n]])) && !is('a{sv}', new Map([[1, 1n]])) && !is('a{sv}', { a: 1 }));
  assert(is('as', []) && is('as', ['a']) && !is('as', ['a', 1]) && !is('as', 'a'));
  assert(is('a(ss)', [['a', 'b']]) && !is('a(ss)', [['a']]) && !is('a(ss)', [['a', 'b', 'c']]));
  assert(is('t', 1n) && !is('t', 1) && is('u', 1) && !is('u', 1n) && !is('u', 1.5) && is('d', 1.5));
  assert(is('ay', Buffer.from([1])) && !is('ay', [1]) && is('b', false) && !is('b', 0));
});

test('the version is that of the package', async () => {
  const json: unknown = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  assert(typeof json === 'object' && json !== null && 'version' in json);
  assert.equal(VERSION, json.version);
});
