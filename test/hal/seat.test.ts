import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unknownSeat, watchSeat } from '../../src/hal/seat.js';
import { ListedLog } from '../fakes/log.js';
import { FakeLogind } from '../fakes/logind.js';
import { privateBus } from '../support/bus.js';
import { until } from '../support/until.js';

const me = { uid: 1000, username: 'stefan' };
const mine = { id: '1', uid: 1000, login: 'stefan' };
const hers = { id: '2', uid: 1001, login: 'anna' };

test('who sits at the seat is known at the start and followed by signals alone', async (t) => {
  const bus = await privateBus(t);
  const logind = new FakeLogind(await bus.connect());
  logind.activate(mine);
  await logind.begin();
  await using seat = await watchSeat(await bus.connect(), new ListedLog(), me);
  assert.deepEqual(seat.whoAmI(), { uid: 1000, login: 'stefan', seat: 'active', atSeat: 'stefan' });
  let changes = 0;
  const watching = seat.onChange(() => {
    changes += 1;
  });
  logind.activate(hers);
  await until(() => changes === 1);
  assert.deepEqual(seat.whoAmI(), { uid: 1000, login: 'stefan', seat: 'inactive', atSeat: 'anna' });
  logind.activate({ id: '3', uid: 107, login: 'gdm', kind: 'greeter' });
  await until(() => changes === 2);
  assert.deepEqual(seat.whoAmI(), { uid: 1000, login: 'stefan', seat: 'inactive', atSeat: undefined });
  watching[Symbol.dispose]();
  logind.activate(mine);
  await until(() => seat.whoAmI().seat === 'active');
  assert.equal(changes, 2);
  const asked = logind.asked;
  assert.equal(asked, 4, 'one question for the start and one for each change');
});

test('without logind nobody knows, and when it comes, or goes, that is heard', async (t) => {
  const bus = await privateBus(t);
  await using seat = await watchSeat(await bus.connect(), new ListedLog(), me);
  assert.equal(seat.whoAmI().seat, 'unknown');
  const logind = new FakeLogind(await bus.connect());
  logind.activate(mine);
  await logind.begin();
  await until(() => seat.whoAmI().seat === 'active');
  await logind[Symbol.asyncDispose]();
  await until(() => seat.whoAmI().seat === 'unknown');
  assert.equal(seat.whoAmI().login, 'stefan');
});

test('a machine without seats has nobody sitting anywhere', async (t) => {
  const bus = await privateBus(t);
  await new FakeLogind(await bus.connect(), false).begin();
  await using seat = await watchSeat(await bus.connect(), new ListedLog(), me);
  assert.equal(seat.whoAmI().seat, 'unknown');
});

test('an unknown seat never changes', async () => {
  await using seat = unknownSeat(me);
  assert.deepEqual(seat.whoAmI(), { uid: 1000, login: 'stefan', seat: 'unknown', atSeat: undefined });
  seat.onChange(() => assert.fail())[Symbol.dispose]();
});
