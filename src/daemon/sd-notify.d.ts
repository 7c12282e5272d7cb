/** The part of sd-notify 2.8.0 that is used; it ships no types. */
declare module 'sd-notify' {
  const notify: {
    /** sd_notify(3) with unset_environment 0. */
    sendState(state: string): void;
    /** sd_watchdog_enabled(3), in milliseconds; 0 when systemd does not watch. */
    watchdogInterval(): number;
  };
  export default notify;
}
