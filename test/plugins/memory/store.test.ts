import { MemoryCollection } from '../../../src/plugins/memory/collection.js';
import { MemoryStore } from '../../../src/plugins/memory/store.js';
import { storeConformance } from '../../conformance/store.js';
import { text } from '../../support/items.js';

storeConformance('memory', async () => {
  const collection = new MemoryCollection();
  return {
    open: async () => new MemoryStore(collection),
    write: async (name, content) => {
      const item = { contentType: 'text/plain', summary: name, name };
      collection.put(item, text(content), collection.named(name)?.ref.id);
    },
    erase: async (name) => {
      collection.remove(collection.named(name)?.ref.id ?? '');
    },
  };
});
