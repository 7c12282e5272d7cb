import { type Parameter, type Property, parameterOf, withParameter } from '../content-lines/component.js';
import { octetsOf } from '../content-lines/values.js';

/** Types of an address that a picture may have too (RFC 6350 section 5.6); all other TYPEs of it name its format. */
const PLACES = new Set(['home', 'work', 'pref']);

/** The formats that old names mean, where image/<name> or audio/<name> is not it. */
const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['x509', 'application/pkix-cert'],
  ['pgp', 'application/pgp-keys'],
  ['jpg', 'image/jpeg'],
]);

const FAMILIES: ReadonlyMap<string, string> = new Map([
  ['PHOTO', 'image'],
  ['LOGO', 'image'],
  ['SOUND', 'audio'],
  ['KEY', 'application'],
]);

const UNKNOWN = 'application/octet-stream';

/** The media type of an inline or linked picture, sound or key by its TYPE. */
function mediaType(name: string, format: string | undefined): string | undefined {
  if (format === undefined) return undefined;
  const lower = format.toLowerCase();
  return lower.includes('/') ? lower : (MEDIA_TYPES.get(lower) ?? `${FAMILIES.get(name) ?? 'application'}/${lower}`);
}

/** The TYPE that vCard 2.1 and 3.0 have for a media type. */
function formatOf(type: string): string | undefined {
  const lower = type.toLowerCase();
  if (lower === '' || lower === UNKNOWN) return undefined;
  for (const [format, one] of MEDIA_TYPES) if (one === lower && format !== 'jpg') return format.toUpperCase();
  return lower.slice(lower.indexOf('/') + 1).toUpperCase();
}

const isFormat = (type: string): boolean => !PLACES.has(type.toLowerCase());

/** Inline octets as a data: URI, a link's format as MEDIATYPE (RFC 6350 sections 5.7 and 6.2.4). */
export function asUri(one: Property): { readonly value: string; readonly parameters: readonly Parameter[] } {
  const types = parameterOf(one, 'TYPE');
  const inline = parameterOf(one, 'ENCODING')[0] === 'B';
  const value = parameterOf(one, 'VALUE')[0]?.toLowerCase();
  const linked = value === 'uri' || value === 'url';
  if (!inline && !linked) return one;
  const format = types.find(isFormat);
  let parameters = withParameter(
    one.parameters,
    'TYPE',
    types.filter((type) => type !== format),
  );
  parameters = withParameter(withParameter(parameters, 'VALUE', []), 'ENCODING', []);
  const type = mediaType(one.name, format);
  if (inline) return { value: `data:${type ?? UNKNOWN};base64,${one.value}`, parameters };
  return {
    value: one.value,
    parameters: type === undefined ? parameters : withParameter(parameters, 'MEDIATYPE', [type]),
  };
}

/** The inverse: a data: URI as base64, any other as VALUE=uri; text stays what it is. */
export function asInline(one: Property): { readonly value: string; readonly parameters: readonly Parameter[] } {
  if (parameterOf(one, 'ENCODING').length > 0) return one;
  if (parameterOf(one, 'VALUE')[0]?.toLowerCase() === 'text') return one;
  const octets = octetsOf(one);
  const type = octets === undefined ? parameterOf(one, 'MEDIATYPE')[0] : /^data:([^;,]*)/i.exec(one.value)?.[1];
  const format = formatOf(type ?? '');
  const types = parameterOf(one, 'TYPE');
  let parameters = withParameter(withParameter(one.parameters, 'MEDIATYPE', []), 'VALUE', []);
  if (format !== undefined && !types.some((known) => known.toUpperCase() === format))
    parameters = withParameter(parameters, 'TYPE', [format, ...types]);
  if (octets === undefined) return { value: one.value, parameters: withParameter(parameters, 'VALUE', ['uri']) };
  return { value: Buffer.from(octets).toString('base64'), parameters: withParameter(parameters, 'ENCODING', ['B']) };
}

/** A data: URI that vCard 2.1 knows nothing of. */
export const isDataUri = (one: Property): boolean =>
  parameterOf(one, 'ENCODING').length === 0 && /^data:/i.test(one.value);
