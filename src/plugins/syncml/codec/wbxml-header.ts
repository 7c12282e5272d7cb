import { type Charset, charsetNumbered } from './charset.js';
import { type DocumentType, typeByNumber, typeByText, UNNAMED_TYPE } from './document-type.js';
import type { Allowance } from './limits.js';
import { brokenAt, type Octets } from './octets.js';
import { quoted } from './quoted.js';
import { StringTable } from './string-table.js';

const FIRST_VERSION = 1;
const LAST_VERSION = 3;
const IN_STRING_TABLE = 0;
const UNKNOWN = 1;

/** What stands before the body of a WBXML document. */
export interface Header {
  readonly type: DocumentType;
  /** Whether the document names its type. */
  readonly named: boolean;
  readonly charset: Charset;
  readonly strings: StringTable;
}

/** WBXML 1.3, section 5.3, of the versions 1.1 to 1.3: 1.0 had no charset. Fails with InvalidItem. */
export function readHeader(octets: Octets, allowance: Allowance): Header {
  const version = octets.byte();
  if (version < FIRST_VERSION || version > LAST_VERSION)
    throw brokenAt(0, `0x${version.toString(16).padStart(2, '0')} is no version of WBXML known here`);
  const number = octets.number();
  const place = number === IN_STRING_TABLE ? octets.number() : 0;
  const mib = octets.number();
  const charset = charsetNumbered(mib);
  if (charset === undefined) throw brokenAt(octets.at, `its charset is number ${mib}, which is not known here`);
  const strings = new StringTable(octets.take(octets.number()), charset, allowance);
  const type =
    number === IN_STRING_TABLE
      ? typeByText(strings.at(place, 1))
      : number === UNKNOWN
        ? UNNAMED_TYPE
        : typeByNumber(number);
  if (type === undefined) {
    const name = number === IN_STRING_TABLE ? quoted(strings.at(place, 1)) : `0x${number.toString(16)}`;
    throw brokenAt(1, `${name} is no public identifier known here`);
  }
  return { type, named: number !== UNKNOWN, charset, strings };
}
