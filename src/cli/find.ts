import type { Daemon, SeenBinding, SeenDevice, SeenStore } from './daemon.js';
import { nameIn } from './daemon.js';
import { NotFoundError } from './exit.js';
import { shown } from './width.js';

/** One thing a word may mean, and the names it goes by: exact ones first. */
interface Candidate<T> {
  readonly thing: T;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly described: string;
}

/** The only thing a word means: by its whole id, its whole name, the beginning of its id, the beginning of a name. */
function choose<T>(word: string, what: string, candidates: readonly Candidate<T>[]): T {
  const wanted = word.toLowerCase();
  const begins = (name: string): boolean => name.toLowerCase().startsWith(wanted);
  const tiers: readonly ((candidate: Candidate<T>) => boolean)[] = [
    ({ ids }) => ids.includes(word),
    ({ names }) => names.some((name) => name.toLowerCase() === wanted),
    ({ ids }) => ids.some(begins),
    ({ names }) => names.some(begins),
  ];
  for (const fits of tiers) {
    const found = candidates.filter(fits);
    const [only, another] = found;
    if (only !== undefined && another === undefined) return only.thing;
    if (another !== undefined)
      throw new NotFoundError(
        `"${shown(word)}" may be any of ${found.length} ${what}s`,
        found.map(({ described }) => described),
      );
  }
  throw new NotFoundError(
    `there is no ${what} "${shown(word)}"`,
    candidates.map(({ described }) => described),
  );
}

const deviceCandidate = (device: SeenDevice): Candidate<SeenDevice> => {
  const { Id, Label, Manufacturer, Model } = device.view;
  return {
    thing: device,
    ids: [Id, device.path],
    names: [Label, Model, `${Manufacturer} ${Model}`].filter((name) => name.trim() !== ''),
    described: `${shown(Id)}  ${shown(Label)}`,
  };
};

/** By id, unique prefix of one, label or model. Fails with NotFoundError, naming the candidates. */
export function findDevice(daemon: Daemon, word: string): SeenDevice {
  return choose(word, 'device', daemon.devices().map(deviceCandidate));
}

const bindingCandidate =
  (daemon: Daemon) =>
  (binding: SeenBinding): Candidate<SeenBinding> => {
    const id = nameIn(binding.path);
    const device = daemon.device(binding.view.Device);
    const names = device === undefined ? [] : [...deviceCandidate(device).ids, ...deviceCandidate(device).names];
    const pairs = binding.view.Pairs.map(([left, right]) => `${left}=${right}`).join(' ');
    return {
      thing: binding,
      ids: [id, binding.path],
      names,
      described: shown(`${id}  ${device?.view.Label ?? nameIn(binding.view.Device)}  ${pairs}`),
    };
  };

/** By id, unique prefix of one, or by the words for its device where that has only one. Fails with NotFoundError. */
export function findBinding(daemon: Daemon, word: string): SeenBinding {
  return choose(word, 'binding', daemon.bindings().map(bindingCandidate(daemon)));
}

/** A binding by its id, otherwise a device. Fails with NotFoundError. */
export function findEither(daemon: Daemon, word: string): { device: SeenDevice } | { binding: SeenBinding } {
  const exact = daemon.bindings().find(({ path }) => nameIn(path) === word || path === word);
  if (exact !== undefined) return { binding: exact };
  try {
    return { device: findDevice(daemon, word) };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    // A device that is ambiguous stays so; a word that means no device may begin a binding's id.
    if (!error.message.startsWith('there is no')) throw error;
    const begun = daemon.bindings().filter(({ path }) => nameIn(path).startsWith(word));
    const [only, another] = begun;
    if (only !== undefined && another === undefined) return { binding: only };
    throw new NotFoundError(`there is no device or binding "${shown(word)}"`, error.candidates);
  }
}

export function findStore(daemon: Daemon, word: string): SeenStore {
  return choose(
    word,
    'store',
    daemon.stores().map((store) => ({
      thing: store,
      ids: [store.view.Name, store.path],
      names: [store.view.Label],
      described: shown(`${store.view.Name}  ${store.view.Label}`),
    })),
  );
}
