import type { Bus } from '../dbus/bus.js';
import type { Log, OptionType, ProtocolPlugin, StorePlugin } from './contract.js';
import { FolderPlugin } from './folder/plugin.js';
import { MemoryPlugin } from './memory/plugin.js';
import { StoragePlugin } from './storage/plugin.js';
import { SyncmlPlugin } from './syncml/plugin.js';

/** What plugins are built from; nothing else of the process reaches them. */
export interface CatalogueParts {
  /** Connects when first asked: many desktops never plug in what needs it. */
  readonly systemBus: () => Promise<Bus>;
  readonly log: Log;
  /** HOME, XDG_CONFIG_HOME, XDG_DATA_HOME and the like. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Beside those that are built in, or in the place of one of the same name. */
  readonly protocols?: readonly ProtocolPlugin[] | undefined;
}

/** Every plugin there is, by its name. */
export interface Catalogue {
  readonly protocols: ReadonlyMap<string, ProtocolPlugin>;
  readonly stores: ReadonlyMap<string, StorePlugin>;
  /** Option types by plugin name: the words rules may use as `<Plugin>.<Option>`. */
  readonly options: ReadonlyMap<string, Readonly<Record<string, OptionType>>>;
}

/** Adding a plugin is one line here. */
export function createCatalogue(parts: CatalogueParts): Catalogue {
  const protocols: readonly ProtocolPlugin[] = [
    new StoragePlugin(parts),
    new SyncmlPlugin(parts),
    ...(parts.protocols ?? []),
  ];
  const stores: readonly StorePlugin[] = [new FolderPlugin(parts), new MemoryPlugin()];
  return {
    protocols: new Map(protocols.map((plugin) => [plugin.name, plugin])),
    stores: new Map(stores.map((plugin) => [plugin.name, plugin])),
    options: new Map(protocols.map((plugin) => [plugin.name, plugin.options])),
  };
}
