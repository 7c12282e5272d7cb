import { test } from 'node:test';
import { ClientWire } from '../../../src/plugins/syncml/client-wire.js';
import { FileForm } from '../../../src/plugins/syncml/content/file.js';
import { Lender } from '../../../src/plugins/syncml/replica/lender.js';
import { SyncmlStore } from '../../../src/plugins/syncml/store.js';
import { storeConformance } from '../../conformance/store.js';
import { silent } from '../../daemon/sync/world.js';
import { text } from '../../support/items.js';
import { temporaryFolder } from '../../support/tmp.js';
import { FarServer } from './far-server.js';

storeConformance('syncml', async (t) => {
  const folder = await temporaryFolder(t);
  const lease = new Lender().lend(folder, 'client', silent);
  const server = new FarServer('files');
  const form = new FileForm();
  const holdings = lease.replica.holdings('files');
  const rooms = new Map([['files', { holdings, form }]]);
  const wire = new ClientWire({
    first: server.converse(lease.memory),
    greet: async () => server.converse(lease.memory),
    rooms,
    log: silent,
  });
  t.after(async () => {
    await wire[Symbol.asyncDispose]();
    lease[Symbol.dispose]();
  });
  const named = (name: string): string | undefined =>
    [...server.items].find(([, { content }]) => form.read(content).name === name)?.[0];
  return {
    open: async () =>
      new SyncmlStore({
        info: {
          name: 'files',
          label: 'Files',
          icon: 'folder',
          identity: `syncml:far:${lease.replica.instance}`,
          contentTypes: ['*'],
          readOnly: false,
        },
        holdings,
        instance: lease.replica.instance,
        form,
        wire,
        room: {},
        over: lease.over,
        maxObjectSize: 32 * 1024 * 1024,
        log: silent,
      }),
    write: async (name, content) => {
      const item = { type: 'text/plain', body: text(content), summary: name, name };
      server.put(form.write(item).content, named(name));
    },
    erase: async (name) => server.remove(named(name) ?? ''),
  };
});
void test;
