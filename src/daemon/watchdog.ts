/** What systemd is told of the daemon (sd_notify(3)). Outside systemd every call does nothing. */
export interface Supervisor extends Disposable {
  ready(): void;
  /** One line for `systemctl --user status`. */
  status(text: string): void;
  stopping(): void;
}

const nobody: Supervisor = { ready() {}, status() {}, stopping() {}, [Symbol.dispose]() {} };

/** Speaks to whoever started us, and pats the watchdog at half its interval where there is one. */
export async function connectSupervisor(environment: NodeJS.ProcessEnv): Promise<Supervisor> {
  if (!environment.NOTIFY_SOCKET) return nobody;
  // Loaded only here: it is a native addon that a daemon outside systemd has no use for.
  const { default: notify } = await import('sd-notify');
  const interval = notify.watchdogInterval();
  const timer = interval > 0 ? setInterval(() => notify.sendState('WATCHDOG=1'), interval / 2) : undefined;
  timer?.unref();
  let last = '';
  return {
    ready: () => notify.sendState('READY=1'),
    status: (text) => {
      if (text === last) return;
      last = text;
      notify.sendState(`STATUS=${text.replaceAll(/\p{Cc}+/gu, ' ')}`);
    },
    stopping: () => notify.sendState('STOPPING=1'),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
