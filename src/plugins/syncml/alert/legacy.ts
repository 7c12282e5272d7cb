import type { Version } from '../codec/document.js';
import type { Alert, Credentials, Item, Message } from '../message/message.js';
import { contentNumber, contentType } from './content-number.js';
import type { Notification, NotifiedSync } from './notification.js';

/** To whom a notification of SyncML 1.0 or 1.1 goes. */
export interface Addressee {
  readonly version: Version;
  /** The device, as it calls itself. */
  readonly uri: string;
  /** The server's, where the device asks for them. */
  readonly credentials?: Credentials;
}

/** Alert codes 206 to 210. */
const isNotice = (code: number): boolean => code >= 206 && code <= 210;

/**
 * The notification of SyncML 1.0 and 1.1: an ordinary message with an Alert for each datastore (Sync Protocol 1.1, section
 * 8.3). Without datastores it asks for a two-way sync of everything.
 */
export function notificationMessage(notification: Notification, to: Addressee): Message {
  const syncs = notification.syncs.length > 0 ? notification.syncs : [undefined];
  return {
    header: {
      version: to.version,
      sessionId: String(notification.sessionId),
      messageId: 1,
      target: { uri: to.uri },
      source: { uri: notification.serverId },
      ...(to.credentials !== undefined && { credentials: to.credentials }),
    },
    commands: syncs.map(
      (sync, index): Alert => ({
        kind: 'Alert',
        id: String(index + 1),
        code: sync?.code ?? 206,
        items: sync === undefined ? [] : [itemOf(sync)],
      }),
    ),
    final: true,
  };
}

function itemOf(sync: NotifiedSync): Item {
  const type = contentType(sync.contentType);
  return { source: { uri: sync.uri }, ...(type !== undefined && { meta: { type } }) };
}

/** What a message of SyncML notifies of; undefined where it is an ordinary one. */
export function readNotificationMessage(message: Message): Notification | undefined {
  const alerts = message.commands.filter((command) => command.kind === 'Alert');
  const notices = alerts.filter(({ code }) => isNotice(code));
  if (notices.length === 0 || notices.length < alerts.length) return undefined;
  const { version, sessionId, source } = message.header;
  const number = /^[0-9]{1,5}$/.test(sessionId) ? Number(sessionId) : 0;
  return {
    version: Math.round(Number(version) * 10),
    userInterface: 'unspecified',
    initiator: 'server',
    sessionId: number <= 0xffff ? number : 0,
    serverId: source.uri,
    syncs: notices.flatMap(({ code, items, meta }) =>
      items.flatMap((item): readonly NotifiedSync[] => {
        const uri = item.source?.uri ?? item.target?.uri;
        if (uri === undefined) return [];
        return [{ code, contentType: contentNumber(item.meta?.type ?? meta?.type ?? ''), uri }];
      }),
    ),
  };
}
