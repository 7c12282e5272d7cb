import { join } from 'node:path';
import { type Bus, connectBus, sessionBusAddress } from '../dbus/bus.js';
import { BUS_NAME } from '../dbus/names.js';
import type { DeviceSource } from '../hal/device.js';
import { waysInto } from '../hal/reach.js';
import { Registry } from '../hal/registry.js';
import { type Seat, unknownSeat, watchSeat } from '../hal/seat.js';
import { AccountSource } from '../hal/sources/accounts.js';
import { createTransports } from '../hal/transports/transports.js';
import { createCatalogue } from '../plugins/catalogue.js';
import type { Log, ProtocolPlugin } from '../plugins/contract.js';
import { Alerts } from './alert/alerts.js';
import type { Ear } from './alert/hearing.js';
import type { Domain, Problem, Subject } from './api/domain.js';
import { Publisher } from './api/publisher.js';
import { startSession } from './api/start.js';
import { createListener } from './listening.js';
import type { Places } from './places.js';
import { createProbes } from './probes.js';
import { Rest } from './rest.js';
import { Rulebook } from './rulebook.js';
import { FileSecrets } from './secrets/file.js';
import type { Secrets } from './secrets/secrets.js';
import { Chronicle } from './session/chronicle.js';
import { Contexts } from './session/contexts.js';
import { DesktopStores } from './session/desktop-stores.js';
import { Holds } from './session/holds.js';
import { Lines } from './session/line.js';
import { Presence } from './session/presence.js';
import { Queue } from './session/queue.js';
import { atticName, Surroundings } from './session/surroundings.js';
import { type LoadedSettings, loadSettings } from './settings.js';
import type { Binding } from './state/binding.js';
import { openState, type State } from './state/state.js';
import { FolderAttic } from './sync/attic.js';
import { SystemBus } from './system-bus.js';
import { beThrifty } from './thrift.js';
import type { Supervisor } from './watchdog.js';

export interface DaemonParts {
  readonly environment: NodeJS.ProcessEnv;
  readonly places: Places;
  readonly settings: LoadedSettings;
  readonly version: string;
  readonly log: Log;
  readonly supervisor: Supervisor;
  readonly sources: readonly DeviceSource[];
  /** Beside those that are built in, or in the place of one of the same name. */
  readonly protocols?: readonly ProtocolPlugin[];
  /** A session bus other than the environment's. */
  readonly address?: string | undefined;
  /** Hands over what is to be called when rules and settings shall be read anew. */
  readonly onReload?: (reload: () => void) => void;
}

/**
 * Builds the daemon, runs it until `stop` or until the session bus goes away, and takes it down again.
 * Fails when it cannot begin: no bus, the name taken, no state folder.
 */
export async function runDaemon(parts: DaemonParts, stop: AbortSignal): Promise<void> {
  const { log, environment, places, supervisor } = parts;
  let settings = parts.settings;
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  // The session bus takes its time to answer: rules, state and logind are looked at meanwhile.
  const dialling = connectBus({
    address: parts.address ?? sessionBusAddress(environment),
    abort: stop,
    unexpected: (error) => log.error('an error of our own on the bus', { error }),
  });
  await using _dialled = {
    [Symbol.asyncDispose]: async () => (await dialling.catch(() => undefined))?.[Symbol.asyncDispose](),
  };
  await using systemBus = new SystemBus(environment);
  const catalogue = createCatalogue({ systemBus: systemBus.connect, log, environment, protocols: parts.protocols });
  const transports = createTransports();
  const probes = createProbes(transports);
  // Neither of the two ever fails.
  const finding = findSeat(systemBus, log);
  const reading = Rulebook.open(places.rules, catalogue, probes, log);
  using state = openState(join(places.state, 'state.db'), log);
  const stores = new DesktopStores(
    catalogue,
    {
      list: () => state.stores.list(),
      add: (store) => state.stores.put(store),
      remove: (name) => state.stores.remove(name),
    },
    log,
  );
  const discovering = stores.discover(signal);
  discovering.catch(() => {});
  const bus = await dialling;
  const rulebook = await reading;
  await using seat = await finding;
  const registry = new Registry({
    sources: [...parts.sources, new AccountSource(state.accounts)],
    rules: rulebook.rules,
    probes,
    claims: state.claims.holds,
    seat,
    log,
    settle: settings.settings.settleTime,
  });

  let publisher: Publisher | undefined;
  const tell = (subject: Subject): void => publisher?.refresh(subject);
  const presence = new Presence((id) => tell({ kind: 'device', id }));
  const attic = new FolderAttic(join(places.state, 'attic'), {
    days: settings.settings.atticDays,
    bytes: settings.settings.atticSize * 2 ** 20,
  });
  const holds = new Holds(state.settings.get('paused') === 'true', () => queue.pump());
  const secrets = new FileSecrets(join(places.state, 'secrets.json'), () => tell({ kind: 'manager' }));
  const contexts = new Contexts({
    folder: join(places.state, 'devices'),
    bindings: (device) => state.bindings.of(device),
    secrets,
    transports,
    log,
  });
  const lines = new Lines();
  const host = new Surroundings({ log, registry, catalogue, stores, state, presence, attic, contexts, lines });
  const queue = new Queue(
    host,
    (session) => !holds.inhibited && (!holds.paused || session.cause === 'user'),
    (binding, cause) => state.history.begin(binding.id, binding.device, cause),
  );
  const chronicle = new Chronicle(state, log);
  const domain: Domain = {
    bus,
    state,
    registry,
    catalogue,
    stores,
    queue,
    holds,
    presence,
    contexts,
    lines,
    secrets,
    log,
    login: seat.whoAmI().login,
    version: parts.version,
    signal,
    problems: () => problemsOf(settings, rulebook, state, secrets, listener.ears),
    ears: () => listener.ears,
    models: () => rulebook.models,
    reloadRules: async () => {
      const { settings: read, faults } = await loadSettings(places.settings);
      // What is not a plugin's is read when the daemon starts.
      settings = { settings: { ...settings.settings, plugins: read.plugins }, faults };
      listener.reconsider();
      await registry.reconsider(await rulebook.reload());
    },
    touch: (subject) => {
      tell(subject);
      alerts.reconsider();
    },
  };
  await using alerts = new Alerts({
    registry,
    state,
    stores,
    log,
    changeDelay: settings.settings.changeDelay,
    inReach: (binding: Binding) => {
      const device = registry.get(binding.device);
      return device?.owner.kind === 'mine' && device.identity.startedBy === 'us' && waysInto(device).length > 0;
    },
    start: (binding, cause) => void startSession(domain, binding, cause),
  });
  await using listener = createListener({
    catalogue,
    state,
    registry,
    queue,
    lines,
    holds,
    contexts,
    settings: () => settings.settings.plugins,
    start: (binding) => startSession(domain, binding, 'device'),
    changed: () => tell({ kind: 'manager' }),
    log,
    stop,
  });

  await discovering;
  publisher = new Publisher(domain, bus);
  using _published = publisher;
  using rest = new Rest();
  using _remembering = registry.onEvent(({ kind, device }) => {
    rest.worked();
    remember(state, presence, kind === 'vanished', device.id);
    if (kind === 'vanished' && !device.identity.lasting && state.claims.holds(device.id)) {
      // The claim was on what hung there, not on whatever is plugged into that port next.
      log.info(`${device.id} has no lasting name: its claim ends with its plug`);
      state.claims.release(device.id);
    }
    if (kind === 'vanished' || device.owner.kind === 'other') queue.deviceLost(device.id);
    alerts.reconsider();
    supervisor.status(statusOf(registry, queue));
    queue.pump();
  });
  using _chronicle = queue.onEvent((event) => {
    rest.worked();
    supervisor.status(statusOf(registry, queue));
    if (event.kind !== 'ended') return;
    chronicle.ended(event.session, event.result);
    alerts.reconsider();
    attic
      .prune(new Set(queue.sessions.map((session) => atticName(session.number))))
      .catch((error: unknown) => log.warn('the attic could not be tidied', { error }));
  });
  parts.onReload?.(() => {
    domain
      .reloadRules()
      .then(() => tell({ kind: 'manager' }))
      .catch((error: unknown) => log.error('the rules could not be read anew', { error }));
  });
  await bus.own(BUS_NAME);
  const watching = registry.start(signal);
  alerts.start();
  listener.reconsider();
  rest.worked();
  supervisor.ready();
  beThrifty();
  supervisor.status(statusOf(registry, queue));
  log.info(`cradled ${parts.version} is ready`, { rules: rulebook.rules.sections.length });

  await Promise.race([bus.ended, new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))]);
  supervisor.stopping();
  if (!stop.aborted) log.warn('the session bus went away');
  await queue.drain();
  over.abort();
  await watching;
}

/** logind's word where there is a system bus; without one nobody knows who sits at the machine. */
async function findSeat(systemBus: SystemBus, log: Log): Promise<Seat> {
  let bus: Bus;
  try {
    bus = await systemBus.connect();
  } catch (error) {
    log.info('there is no system bus: nobody can say who sits at the machine', { error });
    return unknownSeat();
  }
  return watchSeat(bus, log);
}

/** A device of ours is remembered with its last words, so that it is shown and bound also while it is away. */
function remember(state: State, presence: Presence, gone: boolean, id: Parameters<Presence['appeared']>[0]): void {
  const now = Date.now();
  if (gone) {
    const known = state.devices.get(id);
    if (known !== undefined) state.devices.saw(id, known.identity, now);
    presence.vanished(id);
  } else if (presence.lastSeen(id) === undefined) presence.appeared(id, now);
}

function problemsOf(
  settings: LoadedSettings,
  rulebook: Rulebook,
  state: State,
  secrets: Secrets,
  ears: readonly Ear[],
): readonly Problem[] {
  const problems: Problem[] = settings.faults.map((message) => ({ kind: 'settings', where: '', message }));
  for (const { file, line, section, reason } of rulebook.complaints)
    problems.push({
      kind: 'rule',
      where: `${file}:${line}`,
      message: section === '' ? reason : `[${section}] ${reason}`,
    });
  const { setAside } = state.database;
  if (setAside !== undefined) problems.push({ kind: 'state', where: setAside.path, message: setAside.reason });
  if (secrets.complaint !== undefined) problems.push({ kind: 'secrets', ...secrets.complaint });
  for (const { protocol, state: hearing, where, message } of ears)
    if (hearing === 'failing') problems.push({ kind: 'listener', where: where || protocol, message });
  return problems;
}

function statusOf(registry: Registry, queue: Queue): string {
  const devices = registry.devices().length;
  const busy = queue.sessions.filter((session) => session.busy).length;
  return `${devices} device${devices === 1 ? '' : 's'}, ${busy} sync${busy === 1 ? '' : 's'} running`;
}
