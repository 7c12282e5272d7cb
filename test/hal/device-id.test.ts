import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { paths } from '../../src/dbus/names.js';
import { bodyId, deviceId, isDeviceId, nameDevice, portId, readable } from '../../src/hal/device-id.js';

const name = (facts: Readonly<Record<string, string>>, rule?: string) =>
  nameDevice(new Map(Object.entries(facts)), '/devices/pci0000:00/usb1/1-1', rule);

test('a USB device is named by what it is and its serial', () => {
  assert.deepEqual(name({ 'usb.id': '054c:0385', 'usb.serial': '10FF508C20E0', 'fs.uuid': 'x' }), {
    id: 'usb-054c-0385-10FF508C20E0',
    fact: 'usb.serial',
  });
});

test('without a serial a volume names it, and without a volume the port', () => {
  assert.equal(name({ 'usb.id': '054c:0385', 'usb.serial': ' ', 'fs.uuid': '1A2B-3C4D' }).id, 'fs-uuid-1A2B-3C4D');
  assert.deepEqual(name({ 'usb.id': '054c:0385', 'usb.path': '1-1.4' }), {
    id: 'port-054c-0385-1-1.4',
    fact: undefined,
  });
  assert.match(name({}).id, /^port-1-1-[0-9a-f]{12}$/);
});

test('the fact a rule names is the name, and where it is missing nothing else is', () => {
  assert.deepEqual(name({ 'usb.serial': 'CABLE', 'at.serial': '3556' }, 'at.serial'), {
    id: 'at-serial-3556',
    fact: 'at.serial',
  });
  assert.deepEqual(name({ 'usb.serial': 'CABLE', 'usb.path': '1-1' }, 'at.serial'), {
    id: 'port-1-1',
    fact: undefined,
  });
});

for (const [what, serial, id] of [
  ['slashes', 'a/b\\c', 'usb-054c-0385-a%2Fb%5Cc'],
  ['control characters', 'a\u0000b\nc\u007f', 'usb-054c-0385-a%00b%0Ac%7F'],
  ['spaces and percent signs', 'a b%20', 'usb-054c-0385-a%20b%2520'],
  ['other alphabets', 'Ü', 'usb-054c-0385-%C3%9C'],
  ['dots that look like folders', '..', 'usb-054c-0385-..'],
] as const)
  test(`a serial with ${what} gives a readable id`, () => {
    assert.equal(name({ 'usb.id': '054c:0385', 'usb.serial': serial }).id, id);
  });

test('a serial of 300 characters is cut and keeps a digest of the whole', () => {
  const long = 'A'.repeat(300);
  const { id } = name({ 'usb.id': '054c:0385', 'usb.serial': long });
  assert.match(id, /^usb-054c-0385-A{40}~[0-9a-f]{32}$/);
  assert.notEqual(id, name({ 'usb.id': '054c:0385', 'usb.serial': `${long}B` }).id);
  assert.ok(name({ 'usb.serial': '/'.repeat(100_000) }).id.length < 120);
});

test('two texts never share a name, and every name is one line of ASCII that an object path can carry', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
      (left, right) => {
        for (const text of [left, right]) {
          assert.match(readable(text), /^[A-Za-z0-9._%~-]*$/);
          assert.ok(readable(text).length <= 80);
          const { id } = name({ 'usb.id': '054c:0385', 'usb.serial': text });
          assert.ok(isDeviceId(id));
          assert.match(paths.of('device', id), /^\/[A-Za-z0-9_/]+$/);
        }
        const same = Buffer.from(left).equals(Buffer.from(right));
        assert.equal(readable(left) === readable(right), same);
      },
    ),
  );
});

test('ids of ports and of bodies are ids, whatever the path looks like', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (port, body) => {
      const facts = new Map([['usb.path', port]]);
      assert.ok(isDeviceId(portId(facts, body)));
      assert.ok(isDeviceId(bodyId(facts, body)));
    }),
  );
});

test('what no device can be called is refused', () => {
  for (const text of ['', '../x', 'a b', '-x', 'x'.repeat(500)])
    assert.throws(() => deviceId(text), { code: 'InvalidArgs' });
});
