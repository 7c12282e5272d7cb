import { test } from 'node:test';
import fc from 'fast-check';
import type { Resolution } from '../../../src/daemon/sync/job.js';
import { AccountWorld } from './account-world.js';
import type { PhoneMood } from './far-phone.js';
import type { ServerMood } from './far-server.js';
import { converges, type Story } from './people.js';
import { PhoneWorld } from './phone-world.js';

const telephone: Story<PhoneMood> = {
  make(folder) {
    const world = new PhoneWorld(folder);
    const { phone } = world;
    const far = {
      items: phone.items,
      get contents() {
        return phone.contents;
      },
      add: (content: Parameters<typeof phone.add>[0]) => void phone.add(content),
      edit: (luid: string, content: Parameters<typeof phone.add>[0]) => phone.edit(luid, content),
      remove: (luid: string) => phone.remove(luid),
      mishaps: { renumber: () => phone.renumber(), forget: () => phone.forget() },
    };
    return { world, far, peaceful: {} };
  },
  mishaps: ['renumber', 'forget'],
  mood: fc.record(
    {
      batch: fc.integer({ min: 1, max: 4 }),
      cutAfter: fc.nat(12),
      doesTheLast: fc.boolean(),
      losesEnd: fc.boolean(),
      maps: fc.constantFrom('at-once' as const, 'late' as const, 'never' as const),
      replaces: fc.boolean(),
      resumes: fc.boolean(),
      room: fc.integer({ min: 2, max: 12 }),
    },
    { requiredKeys: [] },
  ),
};

const account: Story<readonly ServerMood[]> = {
  make(folder) {
    const world = new AccountWorld(folder);
    const { server } = world;
    const far = {
      items: server.items,
      get contents() {
        return server.contents;
      },
      add: (content: Parameters<typeof server.put>[0]) => void server.put(content),
      edit: (guid: string, content: Parameters<typeof server.put>[0]) => void server.put(content, guid),
      remove: (guid: string) => server.remove(guid),
      mishaps: { forget: () => server.forget() },
    };
    return { world, far, peaceful: [] };
  },
  mishaps: ['forget'],
  mood: fc.array(
    fc.record(
      {
        batch: fc.integer({ min: 1, max: 4 }),
        cutAfter: fc.nat(10),
        forgets: fc.boolean(),
        losesEnd: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 3 },
  ),
};

for (const resolution of ['both', 'left', 'right'] as const satisfies readonly Resolution[]) {
  test(`a telephone, its replica and the desktop agree in the end, nothing is lost or doubled (conflicts: ${resolution})`, (t) =>
    converges(t, telephone, resolution));
  test(`an account, its replica and the desktop agree in the end, nothing is lost or doubled (conflicts: ${resolution})`, (t) =>
    converges(t, account, resolution));
}
