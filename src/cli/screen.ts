import type { Environment } from '../dbus/bus.js';
import { padded, widthOf } from './width.js';

/** Where text goes: process.stdout is one. */
export interface Sink {
  write(content: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
export type Style = keyof typeof STYLES;

/** One output stream: lines, tables and JSON, in colour where a person looks at a terminal that has it. */
export class Screen {
  readonly #sink: Sink;
  readonly #colours: boolean;

  constructor(sink: Sink, environment: Environment) {
    this.#sink = sink;
    const unwanted = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
    this.#colours = this.isTerminal && !unwanted;
  }

  get isTerminal(): boolean {
    return this.#sink.isTTY === true;
  }

  get columns(): number {
    return this.#sink.columns ?? 80;
  }

  styled(style: Style, text: string): string {
    return this.#colours && text !== '' ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  }

  raw(text: string): void {
    this.#sink.write(text);
  }

  /** What is no text, and not for people. */
  octets(octets: Uint8Array): void {
    this.#sink.write(octets);
  }

  line(text = ''): void {
    this.#sink.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.line(JSON.stringify(value, undefined, 2));
  }

  /** One value a line, for what goes on and on. */
  jsonLine(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  /** Columns as wide as their widest cell, headings above. Cells may bear styles. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = headings.map((heading, column) =>
      Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[column] ?? ''))),
    );
    const aligned = (row: readonly string[]): string =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd();
    this.line(this.styled('dim', aligned(headings)));
    for (const row of rows) this.line(aligned(row));
  }

  /** Names on the left, values aligned on the right; empty values are left out. */
  list(entries: readonly (readonly [string, string])[]): void {
    const told = entries.filter(([, value]) => value !== '');
    const width = Math.max(0, ...told.map(([name]) => widthOf(name)));
    for (const [name, value] of told) this.line(`  ${this.styled('dim', padded(name, width))}  ${value}`);
  }
}
