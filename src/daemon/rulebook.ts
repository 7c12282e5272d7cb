import type { Probe, RuleComplaint } from '../hal/device.js';
import type { Vocabulary } from '../hal/rule-keys.js';
import type { IndexedRules } from '../hal/rule-set.js';
import { loadRules } from '../hal/rules.js';
import type { Catalogue } from '../plugins/catalogue.js';
import type { Log } from '../plugins/contract.js';

/** A make of device that some rule names. */
export interface Model {
  readonly manufacturer: string;
  readonly model: string;
  readonly kind: string;
}

/** The rule files as they were last read. */
export class Rulebook {
  readonly #folders: readonly string[];
  readonly #vocabulary: Vocabulary;
  readonly #log: Log;
  #rules: IndexedRules;

  private constructor(folders: readonly string[], vocabulary: Vocabulary, log: Log, rules: IndexedRules) {
    this.#folders = folders;
    this.#vocabulary = vocabulary;
    this.#log = log;
    this.#rules = rules;
    this.#complain();
  }

  static async open(
    folders: readonly string[],
    catalogue: Catalogue,
    probes: readonly Probe[],
    log: Log,
  ): Promise<Rulebook> {
    const vocabulary = {
      plugins: catalogue.options,
      probes: new Set(probes.map((probe) => probe.name)),
      transports: new Set([...catalogue.protocols.values()].flatMap((plugin) => plugin.transports)),
    };
    return new Rulebook(folders, vocabulary, log, await loadRules(folders, vocabulary));
  }

  get rules(): IndexedRules {
    return this.#rules;
  }

  get complaints(): readonly RuleComplaint[] {
    return this.#rules.complaints;
  }

  async reload(): Promise<IndexedRules> {
    this.#rules = await loadRules(this.#folders, this.#vocabulary);
    this.#complain();
    return this.#rules;
  }

  get models(): readonly Model[] {
    const models: Model[] = [];
    for (const { assignments } of this.#rules.sections) {
      const word = (key: string) => assignments.find((assignment) => assignment.key === key)?.value ?? '';
      const model = word('Model');
      // One that is filled in from facts names no model of its own.
      if (model !== '' && !model.includes('${'))
        models.push({ manufacturer: word('Manufacturer'), model, kind: word('Kind') || 'unknown' });
    }
    return models;
  }

  #complain(): void {
    for (const { file, line, section, reason } of this.#rules.complaints)
      this.#log.warn(`${file}:${line}: ${section === '' ? '' : `[${section}] is skipped: `}${reason}`);
  }
}
