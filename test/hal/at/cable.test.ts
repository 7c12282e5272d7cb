import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { paths } from '../../../src/dbus/names.js';
import { deviceShape } from '../../../src/dbus/shapes/device.js';
import { Cable } from '../../bed/cable.js';
import { Desktop } from '../../bed/desktop.js';
import { FakeModem } from '../../fakes/modem.js';
import { Applet } from '../../support/applet.js';
import { Undo } from '../../support/scope.js';
import { until } from '../../support/until.js';

const TELEPHONE = 'at-serial-357000001234567';
const CABLE = 'port-0421-0802-1-1';
const ANSWERS = {
  'AT+CGMI': ['Nokia', 'OK'],
  'AT+CGMM': ['Nokia 6021', 'OK'],
  'AT+CGMR': ['V 03.87', 'OK'],
  'AT+CGSN': ['357000001234567', 'OK'],
};

async function deskOf(t: TestContext) {
  const scope = new Undo();
  t.after(() => scope[Symbol.asyncDispose]());
  const desktop = await Desktop.open(scope);
  const watch = async (): Promise<Applet> => {
    await desktop.startDaemon();
    const applet = await Applet.open(await desktop.connect());
    scope.after(() => applet[Symbol.asyncDispose]());
    return applet;
  };
  const plug = async (answers: Readonly<Record<string, readonly string[]>> | undefined): Promise<Cable> => {
    const cable = await Cable.plug(scope, desktop.bed);
    if (answers !== undefined) void new FakeModem(cable.line, { answers }).run();
    return cable;
  };
  return { watch, plug };
}

const shown = (applet: Applet, id: string): boolean =>
  applet.mirror.view(paths.of('device', id), deviceShape)?.Present === true;

test('a cable is seen by udev, its terminal asked, and the telephone behind it is shown until it is pulled', async (t) => {
  const { watch, plug } = await deskOf(t);
  const applet = await watch();
  const cable = await plug(ANSWERS);
  const view = await applet.sees(TELEPHONE, ({ Identified }) => Identified);
  assert.deepEqual([view.Manufacturer, view.Model, view.Kind, view.Plugin], ['Nokia', '6021', 'phone', 'syncml']);
  await cable.pull();
  await until(() => !shown(applet, TELEPHONE));
  assert.equal(shown(applet, CABLE), false);
});

test('a telephone that hung there before the start is asked as one that comes later', async (t) => {
  const { watch, plug } = await deskOf(t);
  await plug(ANSWERS);
  const applet = await watch();
  await applet.sees(TELEPHONE, ({ Model }) => Model === '6021');
});

test('a cable with nobody at its other end is a device that nobody knows', async (t) => {
  const { watch, plug } = await deskOf(t);
  const applet = await watch();
  await plug(undefined);
  const view = await applet.sees(CABLE, () => true);
  assert.deepEqual([view.Identified, view.Plugin, view.Kind], [false, '', 'unknown']);
});
