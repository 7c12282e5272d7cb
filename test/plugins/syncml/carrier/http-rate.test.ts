import assert from 'node:assert/strict';
import { test } from 'node:test';
import { household, RequestRate } from '../../../../src/plugins/syncml/carrier/http-rate.js';

test('an address has a burst of twice its rate, and then its rate', () => {
  let now = 0;
  const rate = new RequestRate(5, () => now);
  const admitted = (address: string, times: number): number =>
    Array.from({ length: times }, () => rate.admit(address)).filter(Boolean).length;
  assert.equal(admitted('10.0.0.1', 50), 10);
  assert.equal(admitted('10.0.0.2', 50), 10);
  now += 1000;
  assert.equal(admitted('10.0.0.1', 50), 5);
  now += 3_600_000;
  assert.equal(admitted('10.0.0.1', 50), 10);
});

test('who is refused does not stay so by asking on', () => {
  let now = 0;
  const rate = new RequestRate(1, () => now);
  for (let n = 0; n < 100; n += 1) rate.admit('a');
  now += 1000;
  assert(rate.admit('a'));
});

test('of very many addresses the one not seen for longest is forgotten', () => {
  const rate = new RequestRate(1, () => 0);
  for (let n = 0; n < 2; n += 1) assert(rate.admit('first'));
  assert(!rate.admit('first'));
  for (let n = 0; n < 1024; n += 1) rate.admit(`other ${n}`);
  assert(rate.admit('first'));
});

test('all addresses of an IPv6 network are one, and IPv4 within IPv6 is IPv4', () => {
  assert.equal(household('2001:db8:1:2::1'), household('2001:db8:1:2:ffff:0:0:9'));
  assert.notEqual(household('2001:db8:1:2::1'), household('2001:db8:1:3::1'));
  assert.equal(household('fe80::1%eth0'), household('fe80::2'));
  assert.equal(household('::ffff:10.0.0.1'), '10.0.0.1');
  assert.equal(household('10.0.0.1'), '10.0.0.1');
});
