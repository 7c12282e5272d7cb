import type { Log } from '../../plugins/contract.js';
import type { Database, Row, Statement } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import { type BindingId, QUESTIONS, type Question } from './binding.js';
import { bindingId } from './bindings.js';
import { readable } from './readable.js';

/** What a binding stopped at, until somebody decides. */
export interface OpenQuestion {
  readonly binding: BindingId;
  readonly question: Question;
  /** Milliseconds since the epoch: when it was first asked. */
  readonly since: number;
  /** A sentence for a person. */
  readonly message: string;
}

/** Questions that bindings stopped at, and answers that wait for their one use. */
export class Questions {
  readonly #database: Database;
  readonly #log: Log;
  readonly #list: Statement;
  readonly #ask: Statement;
  readonly #close: Statement;
  readonly #answer: Statement;
  readonly #answered: Statement;
  readonly #use: Statement;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
    this.#list = database.prepare('SELECT * FROM questions ORDER BY since');
    this.#ask = database.prepare(
      `INSERT INTO questions (binding, question, since, message) VALUES (?, ?, ?, ?)
       ON CONFLICT (binding, question) DO UPDATE SET message = excluded.message`,
    );
    this.#close = database.prepare('DELETE FROM questions WHERE binding = ? AND question = ?');
    this.#answer = database.prepare('INSERT OR REPLACE INTO decisions (binding, question, answer) VALUES (?, ?, ?)');
    this.#answered = database.prepare('SELECT answer FROM decisions WHERE binding = ? AND question = ?');
    this.#use = database.prepare('DELETE FROM decisions WHERE binding = ? AND question = ?');
  }

  list(binding?: BindingId): readonly OpenQuestion[] {
    const questions = readable(this.#list.all(), readQuestion, this.#log);
    return binding === undefined ? questions : questions.filter((open) => open.binding === binding);
  }

  /** Asked again, it keeps its date. */
  ask(binding: BindingId, question: Question, message: string, now = Date.now()): void {
    this.#ask.run(binding, question, now, message);
  }

  /** The question is no more, for instance because the store has come back by itself. */
  close(binding: BindingId, question: Question): void {
    this.#close.run(binding, question);
  }

  /** Answers a question, open or not yet asked; the answer waits for the next session. */
  decide(binding: BindingId, question: Question, answer: string): void {
    this.#database.transaction(() => {
      this.#answer.run(binding, question, answer);
      this.#close.run(binding, question);
    });
  }

  answer(binding: BindingId, question: Question): string | undefined {
    const row = this.#answered.get(binding, question);
    return row === undefined ? undefined : field.text(row, 'answer');
  }

  /** The answer has had its effect: next time is asked anew. */
  use(binding: BindingId, question: Question): void {
    this.#use.run(binding, question);
  }
}

function readQuestion(row: Row): OpenQuestion {
  return {
    binding: bindingId(row, 'binding'),
    question: field.oneOf(row, 'question', QUESTIONS),
    since: field.number(row, 'since'),
    message: field.text(row, 'message'),
  };
}
