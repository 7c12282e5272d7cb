import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rest } from '../../src/daemon/rest.js';
import { until } from '../support/until.js';

test('memory is given back after work, twice, and not while work goes on', async () => {
  let given = 0;
  using rest = new Rest(() => given++, 200);
  for (let count = 0; count < 20; count++) {
    rest.worked();
    await sleep(1);
  }
  assert.equal(given, 0);
  // The timer keeps no process alive, so something else has to.
  await until(() => given === 2);
  await sleep(250);
  assert.equal(given, 2);
});

test('nothing is given back after the end', async () => {
  let given = 0;
  const rest = new Rest(() => given++, 1);
  rest.worked();
  rest[Symbol.dispose]();
  await sleep(20);
  assert.equal(given, 0);
});

test('giving memory back takes what nobody holds any more', async () => {
  const { heapUsed } = process.memoryUsage();
  let held: string[] | undefined = Array.from({ length: 500_000 }, (_, number) => `item ${number}`);
  assert.ok(held.length > 0 && process.memoryUsage().heapUsed > heapUsed + 8_000_000);
  held = undefined;
  using rest = new Rest(undefined, 1);
  rest.worked();
  await until(() => process.memoryUsage().heapUsed < heapUsed + 8_000_000);
});
