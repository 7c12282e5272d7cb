import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encoding } from '../../../../src/plugins/syncml/codec/document.js';
import { repositoryRoot } from '../../../support/root.js';

/** A message that a real peer sent. */
export interface CorpusMessage {
  /** `<scenario>/<file>`. */
  readonly name: string;
  readonly path: string;
  readonly encoding: Encoding;
  readonly bytes: Buffer;
}

const folder = join(repositoryRoot, 'test/corpus/syncml');

/** All of them, or those of one encoding. */
export const corpus = (encoding?: Encoding): readonly CorpusMessage[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((name) => {
      const ending = /\.(wbxml|xml)$/.exec(name)?.[1];
      if ((ending !== 'wbxml' && ending !== 'xml') || (encoding !== undefined && ending !== encoding)) return [];
      const path = join(folder, name);
      return [{ name, path, encoding: ending, bytes: readFileSync(path) }];
    });
