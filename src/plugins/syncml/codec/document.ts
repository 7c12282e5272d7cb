/** The vocabularies that occur inside one another in OMA DS messages; each is a namespace in XML and a code page in WBXML. */
export type Vocabulary = 'syncml' | 'metinf' | 'devinf';

/** The versions of the representation protocol, which name the document type. */
export type Version = '1.0' | '1.1' | '1.2';

export type Encoding = 'xml' | 'wbxml';

/** Text as a string, octets (a WBXML OPAQUE) as bytes. */
export type Node = Element | string | Uint8Array;

/** One element, the same whichever encoding it came in; a DevInf inside a Data is an element too. */
export interface Element {
  readonly vocabulary: Vocabulary;
  readonly name: string;
  readonly children: readonly Node[];
}

export interface Document {
  readonly encoding: Encoding;
  /** By the public identifier or the namespace; undefined where the document does not say. */
  readonly version: Version | undefined;
  readonly root: Element;
}
