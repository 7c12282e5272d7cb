import type { ItemRef } from '../../plugins/contract.js';
import type { Row } from '../../plugins/database/database.js';
import * as field from '../../plugins/database/field.js';
import { type FirstSync, SIDES } from '../sync/job.js';
import type { Agreement, Intent, Pending } from '../sync/mapping.js';

const FIRST_SYNCS: readonly FirstSync[] = ['combine', 'keep-left', 'keep-right'];

export const writeAgreement = (agreement: Agreement): string => JSON.stringify(agreement);

/** Undefined when nothing was ever agreed. */
export function readAgreement(row: Row): Agreement | undefined {
  if (field.optionalText(row, 'agreement') === undefined) return undefined;
  const agreement = field.json(row, 'agreement');
  const anchors = agreement.anchors === undefined ? undefined : field.record(agreement.anchors, 'anchors');
  return {
    anchors:
      anchors === undefined ? undefined : { left: field.text(anchors, 'left'), right: field.text(anchors, 'right') },
    leftIdentity: field.text(agreement, 'leftIdentity'),
    rightIdentity: field.text(agreement, 'rightIdentity'),
    firstSync: agreement.firstSync === undefined ? undefined : field.oneOf(agreement, 'firstSync', FIRST_SYNCS),
    terms: field.text(agreement, 'terms'),
  };
}

export function readIntents(row: Row): readonly Intent[] {
  const intents: unknown = JSON.parse(field.text(row, 'intents'));
  return field.list({ intents }, 'intents', readIntent);
}

function readIntent(value: unknown): Intent {
  const intent = field.record(value, 'an intent');
  const side = field.oneOf(intent, 'side', SIDES);
  if (field.oneOf(intent, 'kind', ['put', 'remove']) === 'remove')
    return { kind: 'remove', side, ref: readRef(intent.ref) };
  return {
    kind: 'put',
    side,
    from: readRef(intent.from),
    digest: field.optionalText(intent, 'digest'),
    over: intent.over === undefined ? undefined : readRef(intent.over),
  };
}

export function readPending(row: Row): Pending {
  return {
    side: field.oneOf(row, 'side', SIDES),
    id: field.text(row, 'item'),
    ref: field.optionalText(row, 'ref') === undefined ? undefined : readRef(field.json(row, 'ref')),
    retry: field.number(row, 'retry') === 1,
    ...(field.number(row, 'surplus') === 1 ? { surplus: true } : {}),
  };
}

function readRef(value: unknown): ItemRef {
  const ref = field.record(value, 'a reference');
  const volume = field.optionalText(ref, 'volume');
  const size = field.optionalNumber(ref, 'size');
  const name = field.optionalText(ref, 'name');
  return {
    id: field.text(ref, 'id'),
    revision: field.text(ref, 'revision'),
    ...(volume === undefined ? {} : { volume }),
    ...(size === undefined ? {} : { size }),
    ...(name === undefined ? {} : { name }),
  };
}
