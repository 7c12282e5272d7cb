import { CradleError } from '../../dbus/errors.js';
import { type ExportedInterface, exportInterface } from '../../dbus/exported.js';
import { storeShape } from '../../dbus/shapes/store.js';
import type { DesktopStore } from '../session/desktop-stores.js';
import type { Domain } from './domain.js';

export function storeObject(domain: Domain, name: string): ExportedInterface<typeof storeShape> {
  // A store that has just been removed may still be read, by whoever tells of its last change.
  let last = domain.stores.get(name);
  const store = (): DesktopStore => {
    last = domain.stores.get(name) ?? last;
    if (last === undefined) throw new CradleError('NotFound', `the store ${name} is no more`);
    return last;
  };
  return exportInterface(storeShape, {
    properties: {
      Name: () => name,
      Label: () => store().address.label,
      Icon: () => store().address.icon,
      Provider: () => store().address.provider,
      ContentTypes: () => store().address.contentTypes,
      ReadOnly: () => store().readOnly,
      Available: () => store().available,
    },
    methods: {},
  });
}
