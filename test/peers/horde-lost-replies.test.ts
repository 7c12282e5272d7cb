import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HordeAccount } from './support/horde-account.js';
import { hordeMissing } from './support/horde-server.js';
import { type Mishap, nth } from './support/lossy-proxy.js';

/** Of a sync with news on both sides: two sessions of four messages, one to learn what is new there and one to tell ours. */
for (const [how, numbers] of [
  ['reply-lost', [2, 3, 4, 6, 7, 8]],
  ['request-halved', [3, 7]],
] as const satisfies readonly (readonly [Mishap, readonly number[]])[])
  test(`${how}: Horde does everything anew that it hears again, and both sides agree in the end, nothing doubled`, {
    skip: hordeMissing,
  }, async (t) => {
    const account = await HordeAccount.open(t);
    await account.put(0);
    await account.putThere(1);
    await account.sync();
    let count = 2;
    for (const number of numbers) {
      await account.put(100 + number);
      await account.putThere(200 + number);
      await account.put(0, { note: `Round ${number} here.` }, await account.find(0));
      await account.putThere(1, { note: `Round ${number} there.` }, await account.findThere(1));
      count += 2;
      account.way.begin(nth(number, how));
      await account.desk.applet.sync(account.binding);
      assert(account.way.exchanges.some(({ mishap }) => mishap === how));
      account.way.begin();
      await account.sync();
      await account.sync();
      await account.equal(count);
    }
  });
