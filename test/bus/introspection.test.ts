import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Caller } from '../../src/dbus/bus.js';
import type { Exported } from '../../src/dbus/exported.js';
import { BUS_NAME, dbus, interfaces } from '../../src/dbus/names.js';
import type { Shape } from '../../src/dbus/shape.js';
import { bindingShape } from '../../src/dbus/shapes/binding.js';
import { conflictShape } from '../../src/dbus/shapes/conflict.js';
import { deviceShape } from '../../src/dbus/shapes/device.js';
import { managerShape } from '../../src/dbus/shapes/manager.js';
import { planShape } from '../../src/dbus/shapes/plan.js';
import { sessionShape } from '../../src/dbus/shapes/session.js';
import { storeShape } from '../../src/dbus/shapes/store.js';
import { privateBus } from '../support/bus.js';
import { repositoryRoot } from '../support/root.js';
import { type Element, parseXml } from '../support/xml.js';

const shapes: readonly Shape[] = [
  managerShape,
  deviceShape,
  storeShape,
  bindingShape,
  sessionShape,
  planShape,
  conflictShape,
];
const folder = join(repositoryRoot, 'data/dbus-services/interfaces');
const DOC = 'org.gtk.GDBus.DocString';

/** An object that has the shape's members and no code: introspection asks for none. */
const bare = (shape: Shape): Exported => ({
  shape,
  read: () => assert.fail('nobody reads'),
  readAll: () => ({}),
  write: async (_property: string, _value: unknown, _caller: Caller) => {},
  invoke: async () => [],
  attach: () => ({ [Symbol.dispose]: () => {} }),
});

const isDoc = ({ name, attributes }: Element): boolean => name === 'annotation' && attributes.get('name') === DOC;

/** Interfaces by name, without documentation, members in a fixed order: arguments keep theirs. */
function interfacesOf(xml: string): Map<string, unknown> {
  const plain = (element: Element): unknown => ({
    name: element.name,
    attributes: Object.fromEntries([...element.attributes].sort()),
    children: element.children.filter((child) => !isDoc(child)).map(plain),
  });
  return new Map(
    parseXml(xml)
      .children.filter(({ name }) => name === 'interface')
      .map((one) => {
        const members = one.children.filter((child) => !isDoc(child));
        const key = (member: Element): string => `${member.name} ${member.attributes.get('name')}`;
        members.sort((a, b) => (key(a) < key(b) ? -1 : 1));
        return [one.attributes.get('name') ?? '', members.map(plain)];
      }),
  );
}

async function documented(shape: Shape): Promise<string> {
  return readFile(join(folder, `${shape.name}.xml`), 'utf8');
}

test('every interface of the API is documented in a file of its own, and no file speaks of another', async () => {
  const names = shapes.map(({ name }) => name).sort();
  assert.deepEqual(names, Object.values(interfaces).sort());
  assert.deepEqual((await readdir(folder)).sort(), names.map((name) => `${name}.xml`).sort());
});

test('what an object tells of itself is what its file says', async (t) => {
  const daemon = await privateBus(t);
  const server = await daemon.connect();
  const client = await daemon.connect();
  await server.own(BUS_NAME);
  for (const shape of shapes) {
    const path = `/${shape.name.replaceAll('.', '/')}`;
    server.publish(path, [bare(shape)]);
    const [xml] = await client.call({
      destination: BUS_NAME,
      path,
      interface: dbus.introspectable,
      member: 'Introspect',
    });
    assert(typeof xml === 'string');
    assert.deepEqual(
      interfacesOf(await documented(shape)).get(shape.name),
      interfacesOf(xml).get(shape.name),
      shape.name,
    );
  }
});

test('every interface and every member has its sentence', async () => {
  for (const shape of shapes) {
    const [one, ...others] = parseXml(await documented(shape)).children;
    assert(one !== undefined && others.length === 0);
    for (const element of [one, ...one.children.filter((child) => child.name !== 'annotation')]) {
      const sentence = element.children.find(isDoc)?.attributes.get('value') ?? '';
      assert.match(sentence, /^\S.*\.$/s, `${shape.name} ${element.attributes.get('name')}`);
    }
  }
});

test('every method can grow: its last argument is a dictionary of options', () => {
  for (const shape of shapes)
    for (const [name, { in: takes }] of Object.entries(shape.methods))
      assert.deepEqual(takes.at(-1), { name: 'options', type: 'a{sv}' }, `${shape.name}.${name}`);
});
