const COLUMNS = 78;
const WHO = 7;

/** What a person reads: acts with headings, who does what, and the commands as they were typed. */
export class Screen {
  readonly #colours = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  #acts = 0;

  act(title: string): void {
    this.#acts += 1;
    const heading = `━━ ${this.#acts}. ${title} `;
    this.line();
    this.line(this.bold(heading + '━'.repeat(Math.max(2, COLUMNS - heading.length))));
  }

  /** Somebody does something; further lines are set below the first. */
  told(who: string, ...lines: readonly string[]): void {
    const [first = '', ...more] = lines;
    this.line(`${this.#styled(36, who.padStart(WHO))}  ${first}`);
    for (const line of more) this.line(`${' '.repeat(WHO)}  ${line}`);
  }

  /** What is typed, above what it says. */
  command(words: readonly string[]): void {
    this.line(`${' '.repeat(WHO - 1)}$  ${this.bold(words.join(' '))}`);
  }

  line(text = ''): void {
    process.stdout.write(`${text}\n`);
  }

  bold(text: string): string {
    return this.#styled(1, text);
  }

  dim(text: string): string {
    return this.#styled(2, text);
  }

  good(text: string): string {
    return this.#styled(32, text);
  }

  bad(text: string): string {
    return this.#styled(31, text);
  }

  #styled(code: number, text: string): string {
    return this.#colours ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
