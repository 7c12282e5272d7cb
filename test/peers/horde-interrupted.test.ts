import { test } from 'node:test';
import { until } from '../support/until.js';
import { HordeAccount } from './support/horde-account.js';
import { hordeMissing } from './support/horde-server.js';
import { nth } from './support/lossy-proxy.js';

test('a daemon that ends in the middle of a session begins where it was, and nothing is doubled', {
  skip: hordeMissing,
}, async (t) => {
  const account = await HordeAccount.open(t);
  await account.put(0);
  await account.putThere(1);
  await account.sync();
  let count = 2;
  for (const number of [2, 3, 7]) {
    await account.put(100 + number);
    await account.putThere(200 + number);
    await account.put(0, { note: `Round ${number} here.` }, await account.find(0));
    await account.putThere(1, { note: `Round ${number} there.` }, await account.findThere(1));
    count += 2;
    account.way.begin(nth(number, 'reply-withheld'));
    await account.desk.applet.binding(account.binding).call('StartSync', [{}]);
    await until(() => account.way.exchanges.some(({ mishap, replies }) => mishap !== undefined && replies.length > 0));
    await account.desk.daemon.restart();
    account.way.begin();
    await account.desk.applet.sees(account.device, ({ Present }) => Present);
    await account.sync();
    await account.sync();
    await account.equal(count);
  }
});
