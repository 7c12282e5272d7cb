import { KEPT, keptOf } from './card/kept.js';
import { isSingle } from './card/kinds.js';
import { formattedName } from './card/names.js';
import { comparable, presentable } from './comparable.js';
import {
  type Component,
  changed,
  component,
  first,
  type Property,
  parameterOf,
  withParameter,
} from './content-lines/component.js';
import { parseSingle } from './content-lines/parse.js';
import { escaped, textOf } from './content-lines/values.js';
import { writeContentLines } from './content-lines/write.js';
import { fieldsAsWritten, grainOf, isCut, listChanged, textChanged, typesChanged } from './differences.js';
import { essentialTypes, isEmpty, isVolatile, knownEssenceOf, writtenTypes } from './essence.js';
import { isLabel, labelOf, withLabelsOf } from './labels.js';
import { isContentLines } from './media-type.js';
import { type Pairing, pairComponents, pairProperties } from './pairing.js';

export interface Enrichment {
  /** All we know of the item. */
  readonly rich: Uint8Array;
  /** The poorer copy that the device has of it as far as we know: what it was sent last, or what it gave last. */
  readonly sent: Uint8Array;
  /** What the device says now. */
  readonly received: Uint8Array;
  /** The last copy that the device itself gave: what is not in there it cannot hold, so it cannot have deleted it. */
  readonly held?: Uint8Array;
  /** Of all four; `text/vcard` where it is not said. */
  readonly contentType?: string;
}

/**
 * The rich item with exactly what a person has changed on the device: what was sent and did not come back, or came back
 * cut, is no change unless the device had given it before. Cards may be of different versions, calendars may not.
 * Afterwards `received` is what the device has: `sent` and `held` of the next time. Fails with InvalidItem for what
 * cannot be read.
 */
export function enrich({ rich, sent, received, held, contentType = 'text/vcard' }: Enrichment): Uint8Array {
  if (!isContentLines(contentType)) return enrichedText(rich, sent, received, held);
  const mine = parseSingle(rich);
  const others = [sent, received, held].map((bytes) => bytes && parseSingle(bytes));
  const [base, theirs, before] = others.map((one) => one && comparable(one, mine));
  if (base === undefined || theirs === undefined) return rich;
  const result = enriched({ mine: comparable(mine), base, theirs, before });
  return writeContentLines([presentable(result, mine, others.filter(isThere))]);
}

const isThere = (one: Component | undefined): one is Component => one !== undefined;

/** A text without structure is taken as it comes, unless it is what was sent, or the beginning of it. */
function enrichedText(
  rich: Uint8Array,
  sent: Uint8Array,
  received: Uint8Array,
  held: Uint8Array | undefined,
): Uint8Array {
  const [base, theirs, before] = [sent, received, held].map((bytes) =>
    Buffer.from(bytes ?? [])
      .toString()
      .replace(/\r\n?/g, '\n')
      .trimEnd(),
  );
  if (base === undefined || theirs === undefined || theirs === base) return rich;
  const cut = isCut(theirs, base) && (before ?? '').length <= theirs.length;
  return cut ? rich : received;
}

/** The four states of one component. */
interface States {
  readonly mine: Component;
  readonly base: Component;
  readonly theirs: Component;
  readonly before: Component | undefined;
}

function enriched(states: States): Component {
  const { mine } = states;
  const properties = new Properties(states).result();
  return component(mine.name, mine.dialect, properties, components(states));
}

const filled = (of: Component | undefined): readonly Property[] => of?.properties.filter((one) => !isEmpty(one)) ?? [];

/** What becomes of the properties of one component. */
class Properties {
  readonly #states: States;
  readonly #mine: readonly Property[];
  readonly #replaced = new Map<Property, Property | undefined>();
  readonly #added: Property[] = [];
  #sayings: ReadonlyMap<string, Property> | undefined;
  /** From what was sent. */
  readonly #toTheirs: Pairing<Property>;
  readonly #toMine: Pairing<Property>;
  readonly #toBefore: Pairing<Property>;
  /** From what the device gave before to what it gives now. */
  readonly #since: Pairing<Property>;

  constructor(states: States) {
    this.#states = states;
    const { dialect } = states.mine;
    this.#mine = filled(states.mine);
    const [base, theirs, before] = [filled(states.base), filled(states.theirs), filled(states.before)];
    this.#toTheirs = pairProperties(base, theirs, dialect);
    this.#toMine = pairProperties(base, this.#mine, dialect);
    this.#toBefore = pairProperties(base, before, dialect);
    this.#since = pairProperties(before, theirs, dialect);
  }

  result(): readonly Property[] {
    for (const one of filled(this.#states.base)) this.#compare(one);
    for (const one of filled(this.#states.theirs)) if (this.#toTheirs.ofRight(one) === undefined) this.#add(one);
    const properties = this.#states.mine.properties.flatMap((one) => {
      if (!this.#replaced.has(one)) return [one];
      const replacement = this.#replaced.get(one);
      return replacement === undefined ? [] : [replacement];
    });
    return this.#renamed([...properties, ...this.#added]);
  }

  #compare(sent: Property): void {
    const received = this.#toTheirs.ofLeft(sent);
    const mine = this.#toMine.ofLeft(sent);
    if (received === undefined) {
      // Deleted only if the device is known to hold such a thing.
      if (mine !== undefined && this.#toBefore.ofLeft(sent) !== undefined) this.#replaced.set(mine, undefined);
    } else if (isMadeUp(received) || isVolatile(sent.name)) return;
    else if (!this.#same(sent, received) && !this.#given(received)) {
      if (mine === undefined) this.#added.push(received);
      else this.#replaced.set(mine, this.#changed(mine, sent, received));
    }
  }

  #add(received: Property): void {
    // A label whose property did not come says nothing.
    if (isMadeUp(received) || isLabel(received) || isVolatile(received.name) || this.#given(received)) return;
    const equal = this.#said().get(knownEssenceOf(received, this.#states.mine.dialect));
    if (equal !== undefined && !this.#replaced.has(equal)) return;
    // A device that was not sent the one there is, and now has one of its own.
    const single = isSingle(received.name) ? this.#mine.find((one) => one.name === received.name) : undefined;
    if (single !== undefined) this.#replaced.set(single, received);
    else this.#added.push(received);
  }

  #said(): ReadonlyMap<string, Property> {
    this.#sayings ??= new Map(this.#mine.map((one) => [knownEssenceOf(one, this.#states.mine.dialect), one]));
    return this.#sayings;
  }

  #same(one: Property, other: Property): boolean {
    const { dialect } = this.#states.mine;
    return knownEssenceOf(one, dialect) === knownEssenceOf(other, dialect);
  }

  /** Whether the device said the very same before: then nobody has changed it since. */
  #given(received: Property): boolean {
    const before = this.#since.ofRight(received);
    return before !== undefined && this.#same(before, received);
  }

  #changed(mine: Property, sent: Property, received: Property): Property {
    const { dialect } = this.#states.mine;
    const before = this.#since.ofRight(received);
    const typed = this.#relabelled(this.#retyped(mine, sent, received, before), sent, received, before);
    switch (grainOf(mine.name, dialect)) {
      case 'fields':
        return this.#refielded(typed, sent, received, before);
      case 'list':
        return listChanged(typed, sent, received, dialect);
      case 'text': {
        const [is, was, known] = [received, sent, before].map((one) => (one ? textOf(one, dialect).trim() : ''));
        if (is === was || (isCut(is ?? '', was ?? '') && (known ?? '').length <= (is ?? '').length)) return typed;
        return textChanged(typed, sent, received, dialect);
      }
      case 'whole':
        return this.#rewritten(typed, received);
    }
  }

  /** The value, with the parameters that tell how it is written. */
  #rewritten(mine: Property, received: Property): Property {
    let parameters = mine.parameters;
    const media = parameterOf(mine, 'ENCODING').length > 0 || parameterOf(received, 'ENCODING').length > 0;
    const names = mine.name.startsWith('DT') || mine.name === 'DUE' ? ['VALUE', 'TZID'] : ['ENCODING', 'VALUE'];
    for (const name of media ? ['TYPE', ...names] : names)
      parameters = withParameter(parameters, name, parameterOf(received, name));
    return changed(mine, { value: received.value, parameters });
  }

  #retyped(mine: Property, sent: Property, received: Property, before: Property | undefined): Property {
    if (parameterOf(received, 'ENCODING').length > 0) return mine;
    const [was, is] = [essentialTypes(sent), essentialTypes(received)];
    const added = is.some((type) => !was.includes(type));
    const known = before === undefined ? [] : essentialTypes(before);
    // A type that the device never gave, and has put no other in the place of, is one that it does not know.
    const from = added ? was : was.filter((type) => is.includes(type) || known.includes(type));
    return typesChanged(
      mine,
      from,
      writtenTypes(received).filter((type) => is.includes(type.toLowerCase())),
    );
  }

  /** A device without labels takes none away. */
  #relabelled(mine: Property, sent: Property, received: Property, before: Property | undefined): Property {
    const label = labelOf(received);
    const known = label !== '' || (before !== undefined && labelOf(before) !== '');
    return known && label !== labelOf(sent) ? withLabelsOf(mine, received) : mine;
  }

  #refielded(mine: Property, sent: Property, received: Property, before: Property | undefined): Property {
    const { dialect } = this.#states.mine;
    const [fields, was, is] = [mine, sent, received].map((one) => fieldsAsWritten(one, dialect));
    const known = before === undefined ? [] : fieldsAsWritten(before, dialect);
    const result: string[] = [];
    for (let at = 0; at < Math.max(fields?.length ?? 0, is?.length ?? 0); at++) {
      const [own = '', from = '', to = ''] = [fields?.[at], was?.[at], is?.[at]];
      const held = known[at] ?? '';
      // Nothing new, never held there, or cut for want of room.
      const lost = to.trim() === from.trim() || (held.length <= to.length && (to === '' || isCut(to, from)));
      result.push(lost ? own : to);
    }
    return changed(mine, { value: result.join(';') });
  }

  /** Devices that have no FN: a name that a person changed there is to be seen here. */
  #renamed(properties: readonly Property[]): readonly Property[] {
    const { mine, theirs } = this.#states;
    const made = first(theirs, 'FN');
    const [before, after] = [first(mine, 'N'), properties.find((one) => one.name === 'N')];
    if (mine.name !== 'VCARD' || before === after || after === undefined || (made !== undefined && !isMadeUp(made)))
      return properties;
    const name = escaped(formattedName({ ...mine, properties }), mine.dialect);
    if (name === '') return properties;
    return properties.map((one) => (one.name === 'FN' ? changed(one, { value: name }) : one));
  }
}

/** FN or N that no device said: our conversion had to make it up. */
const isMadeUp = (one: Property): boolean => parameterOf(one, KEPT).length > 0 && keptOf(one) === 'absent';

function components({ mine, base, theirs, before }: States): readonly Component[] {
  if (mine.components.length + base.components.length + theirs.components.length === 0) return mine.components;
  const toTheirs = pairComponents(base.components, theirs.components);
  const toMine = pairComponents(base.components, mine.components);
  const toBefore = pairComponents(base.components, before?.components ?? []);
  const result = mine.components.flatMap((one) => {
    const sent = toMine.ofRight(one);
    if (sent === undefined) return [one];
    const received = toTheirs.ofLeft(sent);
    const held = toBefore.ofLeft(sent);
    if (received !== undefined) return [enriched({ mine: one, base: sent, theirs: received, before: held })];
    return held === undefined ? [one] : [];
  });
  const known = pairComponents(mine.components, theirs.components);
  for (const one of theirs.components)
    if (toTheirs.ofRight(one) === undefined && known.ofRight(one) === undefined) result.push(one);
  return result;
}
