import { timingSafeEqual } from 'node:crypto';
import { base64Digest, md5 } from '../auth/md5.js';
import type { ReceivedNotification } from './notification.js';

/** What both ends know: the login is the server identifier, but for peers that use the account's. */
export interface NotificationSecret {
  readonly login: string;
  readonly password: string;
  readonly nonce: Uint8Array;
}

/** DS Protocol 1.2, section 12.2.1: H(B64(H(server-identifier:password)):nonce:B64(H(notification))), H being MD5. */
export const notificationDigest = (signed: Uint8Array, secret: NotificationSecret): Uint8Array =>
  md5(base64Digest(secret.login, ':', secret.password), ':', secret.nonce, ':', base64Digest(signed));

/** True for a notification that was made by somebody who knows the secret. */
export const isGenuine = ({ digest, signed }: ReceivedNotification, secret: NotificationSecret): boolean =>
  timingSafeEqual(digest, notificationDigest(signed, secret));
