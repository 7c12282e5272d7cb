import type { Element, Version } from '../codec/document.js';
import { decodeBase64, encodeBase64, isBase64 } from './base64.js';
import { element, incomplete, isElement, only, type Part, wholeText } from './element.js';
import type { AuthenticationScheme, Challenge, Credentials } from './message.js';
import { readMeta, writeMeta } from './meta.js';

/** MetInf 1.2, section 5.17: the types that name a scheme of authentication. */
const SCHEMES: Readonly<Record<AuthenticationScheme, string>> = {
  basic: 'syncml:auth-basic',
  md5: 'syncml:auth-md5',
  hmac: 'syncml:auth-MAC',
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Without a Type it is basic (Representation Protocol 1.2, section 6.1.6). */
function schemeOf(type: string | undefined): AuthenticationScheme | string {
  switch (type?.toLowerCase()) {
    case undefined:
    case '':
    case 'syncml:auth-basic':
      return 'basic';
    case 'syncml:auth-md5':
      return 'md5';
    case 'syncml:auth-mac':
      return 'hmac';
    default:
      return type ?? 'basic';
  }
}

const typeOf = (scheme: AuthenticationScheme | string): string =>
  scheme === 'basic' || scheme === 'md5' || scheme === 'hmac' ? SCHEMES[scheme] : scheme;

/** The `Cred` within an element, if there is one. */
export function readCredentials(parent: Element): Credentials | undefined {
  const cred = only(parent, 'Cred');
  if (cred === undefined) return undefined;
  const meta = readMeta(cred);
  const data = only(cred, 'Data');
  if (data === undefined) throw incomplete('Cred is without a Data');
  const { type, format } = meta ?? {};
  return { scheme: schemeOf(type), ...(format !== undefined && { format }), token: readToken(data, format) };
}

/** A digest of 1.0 comes as raw octets in WBXML, so octets are taken as they are where nobody says base64. */
function readToken(data: Element, format: string | undefined): Uint8Array {
  const [first] = data.children;
  if (data.children.length === 1 && first instanceof Uint8Array && !isBase64(format)) return first;
  if (data.children.some(isElement)) throw incomplete('Cred is without a token');
  const text = wholeText(data).trim();
  return (isBase64(format) ? decodeBase64(text) : undefined) ?? new Uint8Array(Buffer.from(text));
}

export function writeCredentials(credentials: Credentials | undefined, version: Version): Part {
  if (credentials === undefined) return undefined;
  const { scheme, format, token } = credentials;
  const meta = writeMeta({ ...(format !== undefined && { format }), type: typeOf(scheme) }, version);
  return element('Cred', [meta, element('Data', [isBase64(format) ? encodeBase64(token) : asTextIfItIs(token)])]);
}

function asTextIfItIs(token: Uint8Array): string | Uint8Array {
  try {
    const text = utf8.decode(token);
    return text.trim() === text && !/\p{Cc}/u.test(text) ? text : token;
  } catch {
    return token;
  }
}

/** The `Chal` within a Status, if there is one. */
export function readChallenge(parent: Element): Challenge | undefined {
  const chal = only(parent, 'Chal');
  if (chal === undefined) return undefined;
  const meta = readMeta(chal);
  if (meta === undefined) throw incomplete('Chal is without a Meta');
  const { type, format, nextNonce } = meta;
  return {
    scheme: schemeOf(type),
    ...(format !== undefined && { format }),
    ...(nextNonce !== undefined && { nextNonce }),
  };
}

export function writeChallenge(challenge: Challenge | undefined, version: Version): Part {
  if (challenge === undefined) return undefined;
  const { scheme, format, nextNonce } = challenge;
  const meta = {
    ...(format !== undefined && { format }),
    type: typeOf(scheme),
    ...(nextNonce !== undefined && { nextNonce }),
  };
  return element('Chal', [writeMeta(meta, version)]);
}
