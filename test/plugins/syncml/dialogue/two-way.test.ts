import assert from 'node:assert/strict';
import { test } from 'node:test';
import { converse, Pair, put, remove } from './pair.js';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

for (const version of ['1.2', '1.1', '1.0'] as const)
  for (const encoding of ['wbxml', 'xml'] as const)
    test(`S1: a session of SyncML ${version} in ${encoding} brings changes across in both directions`, async () => {
      const pair = new Pair({ version, encoding });
      const first = pair.meet(signal());
      assert.equal((await first.client).datastores.get('my-contacts')?.mode, 'slow');
      const one = await converse(
        first,
        { client: [put(1, 'add', 'c1', 'one')], server: [put(1, 'add', 's1', 'eins')] },
        signal(),
      );
      assert.deepEqual(one.atServer, [{ kind: 'add', id: 'c1', text: 'one' }]);
      assert.deepEqual(one.atClient, [{ kind: 'add', id: 's1', text: 'eins' }]);
      assert.deepEqual(
        [...one.clientCodes, ...one.serverCodes],
        [
          [1, 201],
          [1, 201],
        ],
      );
      assert.equal(pair.serverMemory.maps.get('contacts')?.get('s1'), 'luid-s1');

      const second = pair.meet(signal());
      assert.equal((await second.client).datastores.get('my-contacts')?.mode, 'two-way');
      const two = await converse(
        second,
        {
          client: [put(1, 'replace', 'c1', 'uno'), remove(2, 'c0')],
          server: [put(7, 'replace', 'c1', 'un'), remove(8, 'c2')],
        },
        signal(),
      );
      assert.deepEqual(two.atServer, [
        { kind: 'replace', id: 'c1', text: 'uno' },
        { kind: 'delete', id: 'c0', text: '' },
      ]);
      assert.deepEqual(two.atClient, [
        { kind: 'replace', id: 'c1', text: 'un' },
        { kind: 'delete', id: 'c2', text: '' },
      ]);
    });
