import type { TestContext } from 'node:test';
import type { Bus } from '../../src/dbus/bus.js';
import { CradleError } from '../../src/dbus/errors.js';
import { type ExportedInterface, exportInterface } from '../../src/dbus/exported.js';
import { BUS_NAME, paths } from '../../src/dbus/names.js';
import { ObjectTree } from '../../src/dbus/object-tree.js';
import { bindingShape } from '../../src/dbus/shapes/binding.js';
import { deviceShape } from '../../src/dbus/shapes/device.js';
import { managerShape } from '../../src/dbus/shapes/manager.js';
import { sessionShape } from '../../src/dbus/shapes/session.js';
import { type Dict, v } from '../../src/dbus/variant.js';
import { type PrivateBus, privateBus } from '../support/bus.js';

const unsupported = (): never => {
  throw new CradleError('Unsupported', 'the fake daemon does not do that');
};

/** A session that ends when a test says so. */
export class FakeSession {
  state = 'queued';
  done = 0;
  planned = 0;
  cancelled = false;
  readonly path: string;
  readonly exported: ExportedInterface<typeof sessionShape>;

  constructor(number: number, binding: string) {
    this.path = paths.of('session', String(number));
    this.exported = exportInterface(sessionShape, {
      properties: {
        Binding: () => binding,
        Cause: () => 'user',
        State: () => this.state,
        Done: () => this.done,
        Planned: () => this.planned,
        Conflicts: () => 0,
        StartTime: () => 1n,
        ErrorName: () => '',
        ErrorMessage: () => '',
      },
      methods: {
        Cancel: () => {
          this.cancelled = true;
          this.end('cancelled', {});
        },
        Suspend: unsupported,
        Resume: unsupported,
      },
    });
  }

  move(state: string, done: number, planned: number): void {
    Object.assign(this, { state, done, planned });
    this.exported.changed('State', 'Done', 'Planned');
  }

  end(result: string, details: Dict): void {
    this.state = result;
    this.exported.changed('State');
    this.exported.emit('Finished', result, details);
  }
}

export interface FakeDevice {
  readonly id: string;
  label: string;
  model: string;
  present: boolean;
  ownership: string;
}

/** The bus as a client sees it when a daemon is there, with the devices and outcomes a test wants: the far side of the command line. */
export class FakeDaemon {
  readonly sessions: FakeSession[] = [];
  problems: readonly Dict[] = [];
  listeners: readonly Dict[] = [];
  paused = false;
  version = '0.1.0';
  /** Thrown by StartSync. */
  refusal: CradleError | undefined;
  readonly decided: string[] = [];
  question = '';

  readonly objects: ObjectTree;
  readonly #bindings: (readonly [string, string])[] = [];

  private constructor(
    readonly session: PrivateBus,
    readonly bus: Bus,
  ) {
    this.objects = new ObjectTree(bus, [this.#manager()]);
  }

  static async start(t: TestContext): Promise<FakeDaemon> {
    const session = await privateBus(t);
    const fake = new FakeDaemon(session, await session.connect());
    await fake.bus.own(BUS_NAME);
    return fake;
  }

  /** Leaves the bus as a crash would have it. */
  async stop(): Promise<void> {
    await this.bus[Symbol.asyncDispose]();
  }

  device(device: FakeDevice): FakeDevice {
    const bindings = (): string[] => this.#bindings.filter(([, of]) => of === device.id).map(([path]) => path);
    const exported = exportInterface(deviceShape, {
      properties: {
        Id: () => device.id,
        Manufacturer: () => '',
        Model: () => device.model,
        Label: {
          get: () => device.label,
          set: (label) => {
            device.label = label;
            exported.changed('Label');
          },
        },
        Kind: () => 'player',
        Icon: () => 'multimedia-player',
        Present: () => device.present,
        Identified: () => true,
        Ownership: () => device.ownership,
        OwnershipReason: () => (device.ownership === 'mine' ? 'claim' : 'seat'),
        Owner: () => '',
        Plugin: () => 'storage',
        Transports: () => ['udev'],
        Stores: () => [{ Name: v.s('music'), Address: v.s('/Music'), ContentType: v.s('audio/*') }],
        Bindings: bindings,
        LastSeen: () => 0n,
        Busy: () => '',
        SafeToUnplug: () => false,
        Account: () => ({}),
      },
      methods: {
        Claim: () => {
          device.ownership = 'mine';
          exported.changed('Ownership', 'OwnershipReason');
        },
        Release: unsupported,
        Forget: unsupported,
        Eject: () => {
          throw new CradleError('Busy', '/media/PLAYER is in use by vlc (4711)');
        },
        SetCredentials: unsupported,
        StartSync: unsupported,
      },
    });
    this.objects.add(paths.of('device', device.id), [exported]);
    return device;
  }

  /** Binds one store of a device; its sessions begin and wait for the test. */
  binding(id: string, device: string, enabled = true): string {
    const path = paths.of('binding', id);
    this.#bindings.push([path, device]);
    const exported = exportInterface(bindingShape, {
      properties: {
        Device: () => paths.of('device', device),
        Pairs: () => [['music', 'music']],
        Enabled: { get: () => enabled, set: unsupported },
        Triggers: { get: () => ['plug'], set: unsupported },
        Interval: { get: () => 5_400, set: unsupported },
        Direction: { get: () => 'both', set: unsupported },
        ConflictPolicy: { get: () => 'merge', set: unsupported },
        FirstSync: { get: () => 'ask', set: unsupported },
        Filter: { get: () => ({ include: v.as(['*.mp3']) }), set: unsupported },
        Options: { get: () => ({}), set: unsupported },
        OptionTypes: () => ({}),
        State: () => (this.question === '' ? 'ready' : 'needs-decision'),
        Question: () => this.question,
        QuestionDetails: (): Dict =>
          this.question === ''
            ? {}
            : { Message: v.s('both sides hold items'), Since: v.t(1n), Answers: v.as(['combine', 'keep-device']) },
        LastSync: () => 0n,
        LastResult: () => '',
      },
      methods: {
        StartSync: (): readonly [string, Dict] => {
          if (this.refusal !== undefined) throw this.refusal;
          const session = new FakeSession(this.sessions.length + 1, path);
          this.sessions.push(session);
          this.objects.add(session.path, [session.exported]);
          return [session.path, session.exported.readAll()];
        },
        Plan: unsupported,
        Decide: (question, answer) => {
          this.decided.push(`${question} ${answer}`);
          this.question = '';
          exported.changed('Question', 'QuestionDetails', 'State');
        },
        Undo: unsupported,
        Reset: unsupported,
        Provision: unsupported,
        Remove: () => this.objects.remove(path),
      },
    });
    this.objects.add(path, [exported]);
    return path;
  }

  #manager(): ExportedInterface<typeof managerShape> {
    return exportInterface(managerShape, {
      properties: {
        Version: () => this.version,
        ApiVersion: () => 1,
        Probing: () => false,
        Paused: {
          get: () => this.paused,
          set: (paused) => {
            this.paused = paused;
          },
        },
        Models: () => [],
        Problems: () => this.problems,
        Listeners: () => this.listeners,
      },
      methods: {
        CreateAccount: unsupported,
        CreateBinding: unsupported,
        AddStore: unsupported,
        RemoveStore: unsupported,
        Explain: (device, given) => `${device} ${String(given.get('evidence'))}\nwith \u001b[31mcolour`,
        Record: () => '[Sighting]\nkey=x\n',
        ReloadRules: () => {},
        Inhibit: unsupported,
        Uninhibit: unsupported,
        History: () => [],
      },
    });
  }
}
