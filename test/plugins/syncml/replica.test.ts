import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../support/tmp.js';
import { note, PhoneWorld } from './phone-world.js';

async function world(t: TestContext): Promise<PhoneWorld> {
  const made = new PhoneWorld(await temporaryFolder(t));
  t.after(() => made.close());
  return made;
}

test('what a phone has comes to the desktop, and what the desktop has to the phone', async (t) => {
  const w = await world(t);
  w.phone.add(note('from the phone'));
  w.write('from the desktop');
  await w.sync();
  assert.deepEqual(w.desktopContents, ['from the desktop', 'from the phone']);
  assert.deepEqual(w.phone.contents, ['from the desktop', 'from the phone']);
  const { plan } = await w.sync();
  assert.equal(plan.total, 0);
  assert.deepEqual(w.phone.modes, ['slow', 'two-way']);
});
