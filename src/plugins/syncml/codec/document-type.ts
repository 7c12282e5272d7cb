import { type CodePage, namespaceOf, type Tags, tagsOf } from './code-page.js';
import type { Version, Vocabulary } from './document.js';
import { DEVINF } from './pages/devinf.js';
import { METINF } from './pages/metinf.js';
import { SYNCML } from './pages/syncml.js';

/** What a document may be; another protocol joins by its pages and one of these. */
interface Family {
  readonly root: string;
  /** By number. */
  readonly pages: readonly CodePage[];
  readonly publicIds: Readonly<Record<Version, PublicId>>;
}

interface PublicId {
  readonly text: string;
  /** As the WAP interim naming authority registered it. */
  readonly number: number;
  /** Peers write the text into the string table, as they have no number of it. */
  readonly spelled: boolean;
}

const FAMILIES: readonly Family[] = [
  {
    root: 'SyncML',
    pages: [SYNCML, METINF],
    publicIds: {
      '1.0': { text: '-//SYNCML//DTD SyncML 1.0//EN', number: 0x0fd1, spelled: true },
      '1.1': { text: '-//SYNCML//DTD SyncML 1.1//EN', number: 0x0fd3, spelled: false },
      '1.2': { text: '-//SYNCML//DTD SyncML 1.2//EN', number: 0x1201, spelled: false },
    },
  },
  {
    root: 'DevInf',
    pages: [DEVINF],
    publicIds: {
      '1.0': { text: '-//SYNCML//DTD DevInf 1.0//EN', number: 0x0fd2, spelled: true },
      '1.1': { text: '-//SYNCML//DTD DevInf 1.1//EN', number: 0x0fd4, spelled: false },
      '1.2': { text: '-//SYNCML//DTD DevInf 1.2//EN', number: 0x1203, spelled: false },
    },
  },
];

const VERSIONS: readonly Version[] = ['1.0', '1.1', '1.2'];
const PAGES = [...new Set(FAMILIES.flatMap(({ pages }) => pages))];

/** One type of document in one version. */
export interface DocumentType {
  readonly root: string;
  readonly vocabulary: Vocabulary;
  readonly version: Version;
  readonly publicId: PublicId;
  /** By the number of the page. */
  readonly pages: readonly Tags[];
}

export const DOCUMENT_TYPES: readonly DocumentType[] = FAMILIES.flatMap(({ root, pages, publicIds }) =>
  VERSIONS.map((version) => ({
    root,
    vocabulary: pages[0]?.vocabulary ?? 'syncml',
    version,
    publicId: publicIds[version],
    pages: pages.map((page) => tagsOf(page, version)),
  })),
);

/** What a document without a public identifier is taken for: 1.2 has all that the others have. */
export const UNNAMED_TYPE = DOCUMENT_TYPES.find(({ root, version }) => root === 'SyncML' && version === '1.2');

const byNumber = new Map(DOCUMENT_TYPES.map((type) => [type.publicId.number, type]));
const byText = new Map(DOCUMENT_TYPES.map((type) => [type.publicId.text.toUpperCase(), type]));

export const typeByNumber = (number: number): DocumentType | undefined => byNumber.get(number);

export const typeByText = (publicId: string): DocumentType | undefined => byText.get(publicId.trim().toUpperCase());

/** The type of document whose root is of that vocabulary. */
export const typeFor = (vocabulary: Vocabulary, version: Version): DocumentType | undefined =>
  DOCUMENT_TYPES.find((type) => type.vocabulary === vocabulary && type.version === version);

/** The vocabulary whose document has a root of that name. */
export const vocabularyOfRoot = (name: string): Vocabulary | undefined =>
  DOCUMENT_TYPES.find(({ root }) => root === name)?.vocabulary;

/** What a namespace says of the names in it. */
export interface Namespace {
  readonly vocabulary: Vocabulary;
  readonly version: Version | undefined;
}

const namespaces = new Map<string, Namespace>(
  PAGES.flatMap(({ vocabulary, namespace, versioned }) => [
    [namespace.toLowerCase(), { vocabulary, version: undefined }],
    // Horde and others give every namespace its version; only that of SyncML itself is to be relied on.
    ...VERSIONS.map((version): [string, Namespace] => [
      `${namespace}${version}`.toLowerCase(),
      { vocabulary, version: versioned ? version : undefined },
    ]),
  ]),
);

/** Undefined for a namespace that is none of ours. */
export const namespaceNamed = (uri: string): Namespace | undefined => namespaces.get(uri.trim().toLowerCase());

const written = new Map(
  VERSIONS.map((version) => [
    version,
    new Map(PAGES.map((page): [Vocabulary, string] => [page.vocabulary, namespaceOf(page, version)])),
  ]),
);

/** The namespace that a vocabulary is written with. */
export const namespaceFor = (vocabulary: Vocabulary, version: Version): string =>
  written.get(version)?.get(vocabulary) ?? vocabulary;

const known = new Map(
  PAGES.map((page): [Vocabulary, ReadonlySet<string>] => [
    page.vocabulary,
    new Set(VERSIONS.flatMap((version) => [...tagsOf(page, version).tokens.keys()])),
  ]),
);

/** Whether some version of the vocabulary has an element of that name. */
export const isNamed = (vocabulary: Vocabulary, name: string): boolean => known.get(vocabulary)?.has(name) ?? false;
