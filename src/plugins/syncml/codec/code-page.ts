import type { Version, Vocabulary } from './document.js';

/** A vocabulary as WBXML and XML write it. */
export interface CodePage {
  readonly vocabulary: Vocabulary;
  /** In XML, where it may be written in any case. */
  readonly namespace: string;
  /** Whether its namespace ends with the version. */
  readonly versioned: boolean;
  /** The names of the tokens, in their order from 0x05 on; the later lines begin at 0x10, 0x18 and so on. */
  readonly names: readonly (readonly (string | undefined)[])[];
  /** What a version calls otherwise. */
  readonly renamed?: Readonly<Partial<Record<Version, Readonly<Record<string, string>>>>>;
}

/** A code page as one version has it. */
export interface Tags {
  readonly vocabulary: Vocabulary;
  /** By token. */
  readonly names: readonly (string | undefined)[];
  readonly tokens: ReadonlyMap<string, number>;
}

const FIRST_TOKEN = 0x05;

export function tagsOf(page: CodePage, version: Version): Tags {
  const renamed = page.renamed?.[version] ?? {};
  const inOrder = page.names.flat().map((name) => (name === undefined ? undefined : (renamed[name] ?? name)));
  const names = [...Array<undefined>(FIRST_TOKEN), ...inOrder];
  const tokens = new Map<string, number>();
  for (const [token, name] of names.entries()) if (name !== undefined) tokens.set(name, token);
  return { vocabulary: page.vocabulary, names, tokens };
}

export const namespaceOf = ({ namespace, versioned }: CodePage, version: Version): string =>
  versioned ? `${namespace}${version}` : namespace;
