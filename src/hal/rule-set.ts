import type { Evidence, Match, ProbeWish, RuleComplaint, RuleOrigin, RuleSet, TraceLine } from './device.js';
import { type Assignment, type Condition, listOf } from './rule-keys.js';

/** A section of a rule file that made sense. */
export interface RuleSection extends RuleOrigin {
  /** Its reason, in the words of whoever wrote it. */
  readonly comment: string;
  readonly conditions: readonly Condition[];
  readonly assignments: readonly Assignment[];
}

/** Sections in their order, found by USB id where they name one, so that thousands of them cost little. */
export class IndexedRules implements RuleSet {
  readonly #byUsbId = new Map<string, number[]>();
  readonly #others: number[] = [];

  constructor(
    readonly sections: readonly RuleSection[],
    readonly complaints: readonly RuleComplaint[],
  ) {
    for (const [index, section] of sections.entries()) {
      const ids = section.conditions.find((condition) => condition.usbIds !== undefined)?.usbIds;
      if (ids === undefined) this.#others.push(index);
      for (const key of new Set(ids?.map((id) => (id.includes('*') ? vendorOf(id) : id)))) {
        const list = this.#byUsbId.get(key);
        if (list === undefined) this.#byUsbId.set(key, [index]);
        else list.push(index);
      }
    }
  }

  match(...views: readonly Evidence[]): Match {
    const assignments = new Map<string, string>();
    const origins = new Map<string, RuleOrigin>();
    const probes: ProbeWish[] = [];
    for (const index of this.#candidates(views)) {
      const section = this.sections[index];
      const view = section === undefined ? -1 : viewOf(section, views);
      if (section === undefined || view < 0) continue;
      for (const { key, value } of section.assignments) {
        if (key === 'Probe') {
          if (value === '') probes.length = 0;
          probes.push(...listOf(value).map((name) => ({ name, view })));
        }
        if (value === '') assignments.delete(key);
        else assignments.set(key, value);
        origins.set(key, section);
      }
    }
    let trace: readonly TraceLine[] | undefined;
    const sections = this.sections;
    return {
      assignments,
      origins,
      probes,
      get trace() {
        trace ??= sections.map((section) => traceLine(section, views));
        return trace;
      },
    };
  }

  /** The sections that may hold, in file order. */
  #candidates(views: readonly Evidence[]): readonly number[] {
    const found = new Set<number>();
    for (const facts of views) {
      const id = facts.get('usb.id')?.toLowerCase();
      if (id === undefined) continue;
      for (const index of this.#byUsbId.get(id) ?? []) found.add(index);
      for (const index of this.#byUsbId.get(vendorOf(id)) ?? []) found.add(index);
    }
    if (found.size === 0) return this.#others;
    return [...this.#others, ...found].sort((left, right) => left - right);
  }
}

const vendorOf = (usbId: string): string => usbId.slice(0, 'vvvv:'.length);

const viewOf = (section: RuleSection, views: readonly Evidence[]): number =>
  views.findIndex((facts) => section.conditions.every((condition) => condition.holds(facts)));

function traceLine(section: RuleSection, views: readonly Evidence[]): TraceLine {
  const { title, file, line } = section;
  return { section: title, file, line, verdict: verdictOf(section, views) };
}

/** `applies`, or the objection of the view that came furthest. */
function verdictOf(section: RuleSection, views: readonly Evidence[]): string {
  let furthest = -1;
  let verdict = 'there is nothing to look at';
  for (const facts of views) {
    const failing = section.conditions.findIndex((condition) => !condition.holds(facts));
    const condition = section.conditions[failing];
    if (condition === undefined) return 'applies';
    if (failing <= furthest) continue;
    furthest = failing;
    verdict = `${condition.text} does not hold: ${condition.objection(facts)}`;
  }
  return verdict;
}
