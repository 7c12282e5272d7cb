import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Undo } from '../support/scope.js';
import { card } from './support/people.js';
import { ADDRESS_BOOK, syncEvolutionMissing } from './support/syncevolution.js';
import { SyncEvolutionClient } from './support/syncevolution-client.js';
import { SyncEvolutionServer } from './support/syncevolution-server.js';

test('SyncEvolution syncs with itself here, so a failure elsewhere is ours', {
  skip: syncEvolutionMissing,
}, async (t) => {
  const scope = new Undo();
  t.after(() => scope[Symbol.asyncDispose]());
  const who = { user: 'alice', password: 'secret', deviceId: 'dev-1', sources: [ADDRESS_BOOK] };
  const server = await SyncEvolutionServer.start(scope, who);
  const client = await SyncEvolutionClient.create(scope, { ...who, url: server.url });
  for (let number = 0; number < 3; number++)
    await writeFile(join(client.program.folder(ADDRESS_BOOK), `${number}`), card(number));
  const { code, output, complaints } = await client.sync('slow');
  assert.equal(code, 0, output + complaints);
  assert.equal((await readdir(server.program.folder(ADDRESS_BOOK))).length, 3);
});
