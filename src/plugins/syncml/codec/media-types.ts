import type { Encoding } from './document.js';

/** SyncML HTTP Binding 1.2, section 6: what a message in this encoding is called. */
export const MESSAGE_TYPES: Readonly<Record<Encoding, string>> = {
  xml: 'application/vnd.syncml+xml',
  wbxml: 'application/vnd.syncml+wbxml',
};

/** Device Information 1.2, section 5.3: what its document is called. */
export const DEVINF_TYPES: Readonly<Record<Encoding, string>> = {
  xml: 'application/vnd.syncml-devinf+xml',
  wbxml: 'application/vnd.syncml-devinf+wbxml',
};

/**
 * The encoding that a content type of SyncML means, with parameters and in any case; drafts of 1.0 wrote a hyphen for
 * the plus. Undefined for any other type.
 */
export function encodingOf(contentType: string): Encoding | undefined {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const found = /^application\/vnd\.syncml(?:-devinf|\.dm|\.ds)?[+-](xml|wbxml)$/.exec(type)?.[1];
  return found === 'xml' || found === 'wbxml' ? found : undefined;
}

/** The charset that a content type names, in lower case. */
export const charsetOf = (contentType: string): string | undefined =>
  /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]?.toLowerCase();
