import type { Readable, Writable } from 'node:stream';

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

const ANSWER_MS = 30_000;

/** QEMU's monitor (QEMU Machine Protocol), one JSON object a line over a pair of pipes. */
export class Qmp {
  readonly #to: Writable;
  readonly #calls = new Map<number, Waiting>();
  readonly #events: Json[] = [];
  readonly #listeners = new Set<() => void>();
  #next = 1;
  #rest = '';
  #ended: Error | undefined;

  constructor(from: Readable, to: Writable) {
    this.#to = to;
    to.on('error', (error) => this.#end(error));
    from.setEncoding('utf8');
    from.on('data', (text: string) => this.#read(text));
    from.on('close', () => this.#end(new Error('QEMU has ended')));
  }

  /** Leaves the greeting mode; must come before any other command. */
  async greet(): Promise<void> {
    await this.execute('qmp_capabilities');
  }

  /** Runs a command and gives its return value; rejects with QEMU's own description. */
  execute(command: string, args: Json = {}): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#calls.delete(id);
        reject(new Error(`QMP ${command}: no answer in ${ANSWER_MS / 1000} s`));
      }, ANSWER_MS);
      this.#calls.set(id, {
        resolve: (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        reject: (reason) => {
          clearTimeout(timer);
          reject(new Error(`QMP ${command}: ${reason.message}`, { cause: reason }));
        },
      });
      this.#to.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  /** Waits for an event that has that name and data; one that came before counts, once. */
  event(name: string, data: Json = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const at = this.#events.findIndex(
          (event) =>
            event.event === name &&
            Object.entries(data).every(([key, value]) => isRecord(event.data) && event.data[key] === value),
        );
        if (at < 0 && !this.#ended) return;
        clearTimeout(timer);
        this.#listeners.delete(look);
        if (at >= 0) {
          this.#events.splice(at, 1);
          resolve();
        } else reject(this.#ended);
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(look);
        reject(new Error(`QMP: no ${name} event in ${ANSWER_MS / 1000} s`));
      }, ANSWER_MS);
      this.#listeners.add(look);
      look();
    });
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const message: unknown = JSON.parse(line);
      if (!isRecord(message)) continue;
      if (typeof message.event === 'string') {
        this.#events.push(message);
        if (this.#events.length > 1000) this.#events.shift();
        for (const look of [...this.#listeners]) look();
      } else if (typeof message.id === 'number') {
        const call = this.#calls.get(message.id);
        this.#calls.delete(message.id);
        const error = message.error;
        if (isRecord(error)) call?.reject(new Error(String(error.desc)));
        else call?.resolve(message.return);
      }
    }
  }

  #end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    for (const call of this.#calls.values()) call.reject(reason);
    this.#calls.clear();
    for (const look of [...this.#listeners]) look();
  }
}
