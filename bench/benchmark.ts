import type { Scope } from '../test/support/scope.js';
import type { Figure } from './figure.js';

export interface BenchmarkContext {
  /** What the benchmark starts and makes is gone when it is over. */
  readonly scope: Scope;
  /** Takes what is long: the largest trees, more runs. */
  readonly large: boolean;
  tell(figure: Figure): void;
  /** Says on standard error what is being done. */
  note(what: string): void;
}

export interface Benchmark {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  run(context: BenchmarkContext): Promise<void>;
}
