import { BUS_NAME, paths } from '../dbus/names.js';
import { sessionShape } from '../dbus/shapes/session.js';
import { isReceived } from '../dbus/view.js';
import type { Context } from './command.js';
import { type Daemon, nameIn, type SeenSession } from './daemon.js';
import { type Ending, endingLines, exitOfEnding } from './ending.js';
import { type ExitCode, NoDaemonError } from './exit.js';
import { dictJson, sessionJson } from './json.js';
import { progressOn } from './progress.js';
import { labelOf } from './words.js';

/** More sessions than this never run at once, and who watches for days must not gather all that ever were. */
const REMEMBERED = 1_000;

/** Hears how sessions end. Opened before they are started, so that none ends unheard. */
export class Follower implements AsyncDisposable {
  readonly #endings = new Map<string, Ending>();
  readonly #listeners = new Set<(ending: Ending) => void>();

  private constructor(
    readonly daemon: Daemon,
    readonly close: () => Promise<void>,
  ) {}

  static async open(daemon: Daemon): Promise<Follower> {
    const subscription = await daemon.bus.subscribe(
      { sender: BUS_NAME, pathNamespace: paths.root, interface: sessionShape.name, member: 'Finished' },
      ({ path, body: [result, details] }) => {
        if (typeof result === 'string' && isReceived('a{sv}', details)) follower.#end(path, result, details);
      },
    );
    const follower = new Follower(daemon, async () => subscription[Symbol.asyncDispose]());
    return follower;
  }

  ending(path: string): Ending | undefined {
    return this.#endings.get(path);
  }

  /** Hears of every end from now on. */
  onEach(listener: (ending: Ending) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #end(path: string, result: string, details: Ending['details']): void {
    const binding = this.daemon.session(path)?.view.Binding ?? '';
    const ending = { path, binding, result, details };
    this.#endings.set(path, ending);
    const [oldest] = this.#endings.keys();
    if (this.#endings.size > REMEMBERED && oldest !== undefined) this.#endings.delete(oldest);
    for (const listener of [...this.#listeners]) listener(ending);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The name a person knows a session by: the label of its device. */
export function sessionLabel(daemon: Daemon, binding: string): string {
  const device = daemon.device(daemon.binding(binding)?.view.Device ?? '');
  return device === undefined ? nameIn(binding) : labelOf(device);
}

/** Shows the sessions until all have ended; interrupted, it cancels them and still waits. Gives an exit code for each. */
export async function follow(
  context: Context,
  follower: Follower,
  started: readonly string[],
): Promise<readonly ExitCode[]> {
  const { daemon } = follower;
  const progress = progressOn(context.screen);
  const open = new Set(started);
  const codes: ExitCode[] = [];
  const running = (): readonly (SeenSession & { readonly label: string })[] =>
    [...open].flatMap((path) => {
      const session = daemon.session(path);
      return session === undefined ? [] : [{ ...session, label: sessionLabel(daemon, session.view.Binding) }];
    });
  const close = (ending: Ending): void => {
    open.delete(ending.path);
    codes.push(exitOfEnding(ending));
    if (context.json) {
      const session = daemon.session(ending.path);
      context.screen.jsonLine({
        event: 'finished',
        ...(session === undefined ? { session: nameIn(ending.path) } : sessionJson(session)),
        result: ending.result,
        details: dictJson(ending.details),
      });
    } else progress.say(endingLines(context.screen, ending, sessionLabel(daemon, ending.binding)));
  };

  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      for (const path of [...open]) {
        const ending = follower.ending(path);
        if (ending !== undefined) close(ending);
      }
      if (!daemon.mirror.present)
        reject(new NoDaemonError('cradled went away meanwhile; the sync goes on when it is there again'));
      if (open.size === 0) resolve();
      else if (context.json)
        for (const session of running()) context.screen.jsonLine({ event: 'progress', ...sessionJson(session) });
      else progress.show(running());
    };
    const cancel = (): void => {
      for (const path of open)
        void daemon
          .at(path, sessionShape)
          .call('Cancel', [{}])
          .catch(() => {});
    };
    daemon.onChange(look);
    follower.onEach(look);
    void daemon.bus.ended.then(() => reject(new NoDaemonError('the session bus went away')));
    context.signal.addEventListener('abort', cancel, { once: true });
    if (context.signal.aborted) cancel();
    look();
  }).finally(() => progress.close());
  return codes;
}
