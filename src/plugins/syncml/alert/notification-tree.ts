import type { Element } from '../codec/document.js';
import { contentType } from './content-number.js';
import type { ReceivedNotification } from './notification.js';

/** A received notification as a tree, to be printed; its element names are those of the specification. */
export function notificationTree({ notification, digest }: ReceivedNotification): Element {
  const { version, syncs, vendor } = notification;
  return branch('notification-package', [
    leaf('digest', Buffer.from(digest).toString('hex')),
    branch('notification-hdr', [
      leaf('version', `${Math.floor(version / 10)}.${version % 10}`),
      leaf('ui-mode', notification.userInterface),
      leaf('initiator', notification.initiator),
      leaf('sessionid', String(notification.sessionId)),
      leaf('server-identifier', notification.serverId),
    ]),
    branch('notification-body', [
      ...syncs.map((sync) =>
        branch('sync', [
          leaf('sync-type', String(sync.code)),
          leaf('content-type', contentType(sync.contentType) ?? String(sync.contentType)),
          leaf('server-URI', sync.uri),
        ]),
      ),
      ...(vendor === undefined ? [] : [leaf('vendor-specific', Buffer.from(vendor).toString('hex'))]),
    ]),
  ]);
}

const branch = (name: string, children: readonly Element[]): Element => ({ vocabulary: 'syncml', name, children });
const leaf = (name: string, text: string): Element => ({ vocabulary: 'syncml', name, children: [text] });
