import { CradleError } from '../../dbus/errors.js';
import { decodeNotification } from '../../plugins/syncml/alert/notification.js';
import { notificationTree } from '../../plugins/syncml/alert/notification-tree.js';
import { decodeDocument, recognise } from '../../plugins/syncml/codec/codec.js';
import type { Document, Element } from '../../plugins/syncml/codec/document.js';
import { LIMITS } from '../../plugins/syncml/codec/limits.js';

/** What a file was found to be. */
export type Found =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'notification'; readonly root: Element };

/** Alert codes of a notification, OMA DS Protocol 1.2, section 12. */
const [FIRST_CODE, LAST_CODE] = [206, 210];
/** Times ten: 1.0 up to, and without, 2.0. */
const [FIRST_VERSION, NO_VERSION] = [10, 20];

/**
 * By how the octets begin; a notification begins with its digest, which may be anything. Fails with the codec's errors, and
 * with InvalidItem on what is none of them.
 */
export function readFound(octets: Buffer): Found {
  const encoding = recognise(octets);
  try {
    if (encoding === undefined) throw new CradleError('InvalidItem', 'it is neither XML nor WBXML nor a notification');
    const limits = { ...LIMITS, bytes: Math.max(LIMITS.bytes, octets.length) };
    return { kind: 'document', document: decodeDocument(octets, encoding, { limits }) };
  } catch (error) {
    const root = notification(octets);
    if (root === undefined) throw error;
    return { kind: 'notification', root };
  }
}

function notification(octets: Buffer): Element | undefined {
  try {
    const received = decodeNotification(octets);
    const { version, syncs } = received.notification;
    const isLikely =
      version >= FIRST_VERSION &&
      version < NO_VERSION &&
      syncs.every(({ code }) => code >= FIRST_CODE && code <= LAST_CODE);
    return isLikely ? notificationTree(received) : undefined;
  } catch {
    return undefined;
  }
}
