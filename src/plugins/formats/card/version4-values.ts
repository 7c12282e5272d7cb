import { changed, type Parameter, type Property, parameterOf, withParameter } from '../content-lines/component.js';
import { escaped, textOf } from '../content-lines/values.js';
import { basicDate, basicOffset, extendedDate, extendedOffset, isOffset } from './dates.js';
import { forgetting, keeping, keptOf } from './kept.js';
import { kindOf } from './kinds.js';
import { asInline, asUri } from './media.js';

/** Year that Apple's cards have where none is known: a leap year, so that every day is in it. */
const NO_YEAR = '1604';
const OMIT_YEAR = 'X-APPLE-OMIT-YEAR';

/** TYPE=pref is PREF=1 (RFC 6350 section 5.3); other ranks wait in X-PREF while the card is a 3.0. */
export function preferred(one: Property): Property {
  const types = parameterOf(one, 'TYPE');
  const [rank] = parameterOf(one, 'X-PREF');
  let parameters = one.parameters;
  if (types.some((type) => type.toLowerCase() === 'pref')) {
    parameters = withParameter(
      parameters,
      'TYPE',
      types.filter((type) => type.toLowerCase() !== 'pref'),
    );
    parameters = withParameter(parameters, 'PREF', ['1']);
  } else if (rank !== undefined) parameters = withParameter(parameters, 'PREF', [rank]);
  if (rank !== undefined) parameters = withParameter(parameters, 'X-PREF', []);
  return parameters === one.parameters ? one : changed(one, { parameters });
}

export function unpreferred(one: Property): Property {
  const [rank] = parameterOf(one, 'PREF');
  if (rank === undefined) return one;
  const parameters = withParameter(one.parameters, 'PREF', []);
  if (rank !== '1') return changed(one, { parameters: withParameter(parameters, 'X-PREF', [rank]) });
  return changed(one, { parameters: withParameter(parameters, 'TYPE', [...parameterOf(one, 'TYPE'), 'pref']) });
}

/** A property of vCard 3.0 with value and VALUE as 4.0 has them. */
export function fourValue(one: Property): Property {
  switch (kindOf(one.name)) {
    case 'media':
      return changed(one, asUri(one));
    case 'date':
      return fourDate(one);
    case 'offset': {
      if (parameterOf(one, 'VALUE')[0]?.toLowerCase() === 'text')
        return changed(one, { parameters: withParameter(one.parameters, 'VALUE', []) });
      if (!isOffset(one.value)) return one;
      return changed(one, {
        value: basicOffset(one.value),
        parameters: withParameter(one.parameters, 'VALUE', ['utc-offset']),
      });
    }
    case 'place': {
      const found = /^\s*(-?[\d.]+)\s*;\s*(-?[\d.]+)\s*$/.exec(one.value);
      return found === null ? one : changed(one, { value: `geo:${found[1]},${found[2]}` });
    }
    default:
      if (one.name !== 'TEL' || keptOf(one) !== 'uri') return one;
      return changed(one, {
        value: `tel:${textOf(one, 'vcard-3.0')}`,
        parameters: withParameter(forgetting(one.parameters), 'VALUE', ['uri']),
      });
  }
}

function fourDate(one: Property): Property {
  const yearless = parameterOf(one, OMIT_YEAR)[0] === NO_YEAR && one.value.startsWith(`${NO_YEAR}-`);
  const parameters = withoutDateValue(one.parameters);
  const value = basicDate(one.value);
  if (!yearless) return changed(one, { value, parameters });
  return changed(one, { value: value.replace(NO_YEAR, '--'), parameters: withParameter(parameters, OMIT_YEAR, []) });
}

/** VALUE=date and VALUE=date-time are what these values are anyway. */
function withoutDateValue(parameters: readonly Parameter[]): readonly Parameter[] {
  const value = parameters.find(({ name }) => name === 'VALUE')?.values[0] ?? '';
  return /^(?:date|date-time|date-and-or-time|timestamp)$/i.test(value)
    ? withParameter(parameters, 'VALUE', [])
    : parameters;
}

/** The inverse. */
export function threeValue(one: Property): Property {
  switch (kindOf(one.name)) {
    case 'media':
      return changed(one, asInline(one));
    case 'date': {
      const yearless = /^--(\d\d)-?(\d\d)$/.exec(one.value);
      if (yearless === null)
        return changed(one, { value: extendedDate(one.value), parameters: withoutDateValue(one.parameters) });
      const parameters = withParameter(withoutDateValue(one.parameters), OMIT_YEAR, [NO_YEAR]);
      return changed(one, { value: `${NO_YEAR}-${yearless[1]}-${yearless[2]}`, parameters });
    }
    case 'offset': {
      const kind = parameterOf(one, 'VALUE')[0]?.toLowerCase();
      if (kind === undefined && !isOffset(one.value))
        return changed(one, { parameters: withParameter(one.parameters, 'VALUE', ['text']) });
      if (kind !== 'utc-offset') return one;
      return changed(one, { value: extendedOffset(one.value), parameters: withParameter(one.parameters, 'VALUE', []) });
    }
    case 'place': {
      const found = /^geo:(-?[\d.]+),(-?[\d.]+)$/i.exec(one.value);
      return found === null ? one : changed(one, { value: `${found[1]};${found[2]}` });
    }
    default: {
      const number =
        one.name === 'TEL' && parameterOf(one, 'VALUE')[0]?.toLowerCase() === 'uri'
          ? /^tel:(.*)$/i.exec(one.value)
          : null;
      if (number === null) return one;
      const parameters = keeping(withParameter(one.parameters, 'VALUE', []), 'uri');
      return changed(one, { value: escaped(number[1] ?? '', 'vcard-3.0'), parameters });
    }
  }
}
