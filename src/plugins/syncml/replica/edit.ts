import { asCradleError } from '../../../dbus/errors.js';
import type { Log } from '../../contract.js';
import type { Form } from '../content/form.js';
import type { Plain } from '../content/plain.js';
import type { Content } from '../dialogue/conversation.js';
import type { Holdings, Raw } from './holdings.js';
import type { ItemRow } from './row.js';

/** An item as it came in: understood, or to be kept as it is. */
export type Reading = { readonly plain: Plain } | { readonly raw: Raw };

/** What the device holds now, over what it held before. */
export function applyEdit(holdings: Holdings, form: Form, row: ItemRow, plain: Plain): void {
  const versions = holdings.content(row.id);
  // Whatever was in quarantine alone has nothing to be enriched.
  if (versions.body.byteLength === 0 && row.problem !== undefined) {
    holdings.write(row, plain, plain, 'device');
    return;
  }
  const rich = form.enrich(versions, plain);
  if (row.problem === undefined && Buffer.compare(rich.body, versions.body) === 0) holdings.hold(row, plain, 'device');
  else holdings.write(row, rich, plain, 'device');
}

/** Understood, or with the reason why not. */
export function readContent(form: Form, content: Content | undefined, log?: Log): Reading {
  if (content === undefined)
    return { raw: { type: '', bytes: new Uint8Array(), problem: 'the device sent it without its content' } };
  try {
    return { plain: form.read(content) };
  } catch (thrown) {
    const error = asCradleError(thrown);
    if (error.code !== 'InvalidItem') log?.warn('a content could not be read', { error });
    return { raw: { type: content.type, bytes: content.bytes, problem: error.message } };
  }
}
