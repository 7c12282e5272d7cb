import type { DeviceSource, Sighting, SightingEvent } from '../../src/hal/device.js';

/** A source of devices that says what a test tells it to. */
export class ScriptedSource implements DeviceSource {
  readonly #queue: (
    | SightingEvent
    | { readonly kind: 'failed'; readonly error: unknown }
    | { readonly kind: 'ended' }
  )[] = [];
  #wake: () => void = () => undefined;
  /** How often it has been watched, and how many watch now. */
  starts = 0;
  watchers = 0;

  constructor(
    readonly name: string = 'script',
    /** Told at the beginning of each watch, before `settled`; undefined to leave it all to the test. */
    public present: readonly Sighting[] | undefined = [],
  ) {}

  appear(...sightings: readonly Sighting[]): void {
    this.#say(...sightings.map((sighting): SightingEvent => ({ kind: 'appeared', sighting })));
  }

  change(...sightings: readonly Sighting[]): void {
    this.#say(...sightings.map((sighting): SightingEvent => ({ kind: 'changed', sighting })));
  }

  vanish(...keys: readonly string[]): void {
    this.#say(...keys.map((key): SightingEvent => ({ kind: 'vanished', key })));
  }

  settle(): void {
    this.#say({ kind: 'settled' });
  }

  /** Makes the watch throw. */
  fail(error: unknown): void {
    this.#say({ kind: 'failed', error });
  }

  /** Makes the watch end as if there were nothing more to come. */
  end(): void {
    this.#say({ kind: 'ended' });
  }

  async *watch(signal: AbortSignal): AsyncGenerator<SightingEvent> {
    this.starts += 1;
    this.watchers += 1;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      if (this.present !== undefined) {
        for (const sighting of this.present) yield { kind: 'appeared', sighting };
        yield { kind: 'settled' };
      }
      while (!signal.aborted) {
        const next = this.#queue.shift();
        if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
        else if (next.kind === 'failed') throw next.error;
        else if (next.kind === 'ended') return;
        else yield next;
      }
    } finally {
      this.watchers -= 1;
      signal.removeEventListener('abort', wake);
    }
  }

  #say(
    ...events: (SightingEvent | { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'ended' })[]
  ): void {
    this.#queue.push(...events);
    this.#wake();
  }
}

/** A sighting of these facts; `key` and `body` are made from the port unless told. */
export function sighting(
  facts: Readonly<Record<string, string>>,
  place: { readonly key?: string; readonly source?: string; readonly body?: string } = {},
): Sighting {
  const body = place.body ?? `/devices/usb1/${facts['usb.path'] ?? '1-1'}`;
  const key = place.key ?? [body, facts.subsystem, facts.node?.split('/').at(-1)].filter(Boolean).join('/');
  return { key, source: place.source ?? 'script', body, evidence: new Map(Object.entries(facts)) };
}
