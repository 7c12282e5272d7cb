import { CradleError } from '../../../../src/dbus/errors.js';
import { decodeDocument } from '../../../../src/plugins/syncml/codec/codec.js';
import { HOSTILE_DOCUMENTS } from './hostile-documents.js';

/** A program: reads each hostile document, and says in a line how that ended. */
for (const { name, encoding, make } of HOSTILE_DOCUMENTS) {
  const bytes = make();
  try {
    const { root } = decodeDocument(bytes, encoding);
    process.stdout.write(`${name}: read, ${root.children.length}\n`);
  } catch (error) {
    if (!(error instanceof CradleError)) throw error;
    process.stdout.write(`${name}: ${error.code}\n`);
  }
}
