import { type Component, type Property, property, typesOf } from '../content-lines/component.js';
import { escaped, fieldsOf, joined, textOf } from '../content-lines/values.js';

/** How a name is read aloud: in the order of SOUND;X-IRMC-N (IrMC 1.1), which is that of N. */
const PARTS = ['X-PHONETIC-LAST-NAME', 'X-PHONETIC-FIRST-NAME', 'X-PHONETIC-MIDDLE-NAME'] as const;

/** SOUND;X-IRMC-N of vCard 2.1 as the properties that vCard 3.0 programs have for it; undefined when it is not that. */
export function phoneticParts(one: Property): readonly Property[] | undefined {
  if (one.name !== 'SOUND' || typesOf(one).join() !== 'x-irmc-n' || one.parameters.length > 1) return undefined;
  const fields = fieldsOf(one, 'vcard-2.1');
  if (fields.slice(PARTS.length).some((field) => field !== '') || fields.every((field) => field === ''))
    return undefined;
  return PARTS.flatMap((name, at) => {
    const field = fields[at] ?? '';
    return field === '' ? [] : [property(name, escaped(field, 'vcard-3.0'), [], one.group)];
  });
}

/** The inverse: what a card has of them as one property; undefined when it has none. */
export function phoneticSound(
  card: Component,
): { readonly sound: Property; readonly parts: readonly Property[] } | undefined {
  const found = PARTS.map((name) => card.properties.find((one) => one.name === name && one.parameters.length === 0));
  const parts = found.filter((one) => one !== undefined);
  if (parts.length === 0) return undefined;
  const fields = found.map((part) => (part === undefined ? '' : textOf(part, card.dialect)));
  const type = [{ name: 'TYPE', values: ['X-IRMC-N'] }];
  return { sound: property('SOUND', `${joined(fields, 'vcard-2.1')};;`, type, parts[0]?.group), parts };
}
