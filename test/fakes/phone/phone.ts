import { RESPONSE } from '../../../src/hal/obex/codes.js';
import type { Channel } from '../../../src/hal/transport.js';
import { contentType } from '../../../src/plugins/syncml/alert/content-number.js';
import { readNotificationMessage } from '../../../src/plugins/syncml/alert/legacy.js';
import { decodeNotification, NOTIFICATION_TYPE } from '../../../src/plugins/syncml/alert/notification.js';
import type { Packet } from '../../../src/plugins/syncml/carrier/carrier.js';
import { decodeDocument } from '../../../src/plugins/syncml/codec/codec.js';
import type { Element } from '../../../src/plugins/syncml/codec/document.js';
import { encodingOf } from '../../../src/plugins/syncml/codec/media-types.js';
import { readMessage } from '../../../src/plugins/syncml/message/message-tree.js';
import { FakeModem } from '../modem.js';
import { brokenInformation, deviceInformation } from './device-information.js';
import { type PhoneHabits, USUAL_HABITS } from './habits.js';
import { PhoneObex } from './obex.js';
import { Partnership } from './partnership.js';
import { type Invitation, SyncSession } from './session.js';
import { PhoneStore } from './store.js';

/** The one server that the ready-made profile of a Nokia knows. */
const PROFILE = 'PC Suite';

/** A Nokia 6021 of 2005: what is behind its cable, and what its owner does with it. */
export class SimulatedPhone {
  readonly imei = '357000001234567';
  readonly contacts = new PhoneStore({
    uri: 'Contacts',
    type: 'text/x-vcard',
    version: '2.1',
    keeps: new Set(['BEGIN', 'VERSION', 'END', 'N', 'TEL', 'EMAIL', 'ADR', 'NOTE', 'URL']),
    parameters: new Set(['PREF', 'WORK', 'HOME', 'CELL', 'VOICE', 'FAX']),
  });
  readonly calendar = new PhoneStore({
    uri: 'Calendar',
    type: 'text/x-vcalendar',
    version: '1.0',
    keeps: new Set(
      'BEGIN VERSION END SUMMARY DTSTART DTEND DUE RRULE EXDATE AALARM LOCATION CATEGORIES PRIORITY STATUS'.split(' '),
    ),
    parameters: new Set(),
  });
  readonly notes = new PhoneStore({
    uri: 'Notes',
    type: 'text/plain',
    version: '1.0',
    keeps: undefined,
    parameters: new Set(),
  });
  readonly habits: PhoneHabits = { ...USUAL_HABITS };
  /** Its sessions so far, the last one last. */
  readonly sessions: SyncSession[] = [];
  /** AT commands that it was asked since it was plugged in, in capitals. */
  asked: readonly string[] = [];
  /** What the server gave it for its next proof. */
  nonce: Uint8Array = new Uint8Array();
  readonly #partnerships: readonly Partnership[];
  #sessionNumber = 0;

  constructor() {
    this.#partnerships = this.stores.map((store) => new Partnership(store));
  }

  get stores(): readonly PhoneStore[] {
    return [this.contacts, this.calendar, this.notes];
  }

  /** The last session, or the one that is under way. */
  get session(): SyncSession | undefined {
    return this.sessions.at(-1);
  }

  /** After a reset, or with another telephone's memory in it: it knows nothing of any sync. */
  forget(): void {
    for (const partnership of this.#partnerships) partnership.forget();
  }

  /** Puts it at the end of a cable, where it stays until the cable is pulled. `pull` is what it does to hang up. */
  async attach(channel: Channel, pull: () => Promise<void>): Promise<void> {
    let dead = false;
    const obex = new PhoneObex({
      put: (packet) => {
        const { session } = this;
        dead ||= session?.isOver === false && session.heard + 1 === this.habits.deafAt && session.said > session.heard;
        return dead ? RESPONSE.unavailable : this.#brought(packet);
      },
      get: () => {
        const session = this.session;
        const packet = session?.say();
        dead =
          session !== undefined && this.habits.hangsUpAfter !== undefined && session.said > this.habits.hangsUpAfter;
        return packet;
      },
    });
    const modem = new FakeModem(channel, {
      answers: {
        ATI: ['Nokia', 'OK'],
        'AT+CGMI': ['Nokia', 'OK'],
        'AT+CGMM': ['Nokia 6021', 'OK'],
        'AT+CGMR': ['V 03.87', '01-02-05', 'RM-94', '(c) Nokia.', 'OK'],
        'AT+CGSN': [this.imei, 'OK'],
        'AT+CPROT=?': ['+CPROT: (0,8)', 'OK'],
        'AT+CPROT=0': ['CONNECT'],
      },
      data: (bytes, send) => {
        obex.stalls = this.habits.stalls;
        return obex.take(bytes, (answer) => {
          if (dead) void pull();
          else send(answer);
        });
      },
    });
    this.asked = modem.asked;
    await modem.run();
  }

  /** Begins a session with a server of whom its owner told it; over HTTP, say. */
  begin(server: string, pairs: Readonly<Record<string, string>>): SyncSession {
    this.#sessionNumber++;
    return this.#session({
      sessionId: String(this.#sessionNumber),
      server,
      pairs: this.#partnerships.flatMap((partnership) => {
        const theirs = pairs[partnership.store.shelf.uri];
        return theirs === undefined ? [] : [{ theirs, partnership }];
      }),
    });
  }

  hear(session: SyncSession, packet: Packet): void {
    session.hear(packet);
    this.nonce = session.nonce;
  }

  /** An OBEX response code. */
  #brought(packet: Packet): number {
    const session = this.session;
    if (session !== undefined && !session.isOver && session.said > 0 && this.#invitation(packet) === undefined) {
      this.hear(session, packet);
      return RESPONSE.success;
    }
    const invitation = this.#invitation(packet);
    if (invitation === undefined) return RESPONSE.unsupportedType;
    if (invitation.server !== PROFILE || invitation.pairs.length === 0) return RESPONSE.forbidden;
    this.#session(invitation);
    return RESPONSE.success;
  }

  #session(invitation: Invitation): SyncSession {
    const session = new SyncSession({
      invitation,
      habits: this.habits,
      imei: `IMEI:${this.imei}`,
      information: () => this.#information(),
      nonce: this.nonce,
    });
    this.sessions.push(session);
    return session;
  }

  #information(): Element {
    const { information, version, tellsCount } = this.habits;
    if (information === 'broken') return brokenInformation();
    return deviceInformation(version, `IMEI:${this.imei}`, this.stores, tellsCount);
  }

  /** What a server alerted notification invites to, if it is one that this version understands. */
  #invitation({ contentType: type, bytes }: Packet): Invitation | undefined {
    const { version } = this.habits;
    const encoding = encodingOf(type);
    const isNew = type === NOTIFICATION_TYPE && version === '1.2';
    if (!isNew && (encoding === undefined || version === '1.2')) return undefined;
    const notification = isNew
      ? decodeNotification(bytes).notification
      : encoding === undefined
        ? undefined
        : readNotificationMessage(readMessage(decodeDocument(bytes, encoding)));
    if (notification === undefined) return undefined;
    const pairs = notification.syncs.flatMap(({ uri, contentType: number }) => {
      const wanted = contentType(number) ?? '';
      const kind = /vcard/.test(wanted) ? 'text/x-vcard' : /calendar/.test(wanted) ? 'text/x-vcalendar' : 'text/plain';
      const partnership = this.#partnerships.find(({ store }) => store.shelf.type === kind);
      return partnership === undefined ? [] : [{ theirs: uri, partnership }];
    });
    return { sessionId: String(notification.sessionId), server: notification.serverId, pairs };
  }
}
