import { CradleError } from '../../../dbus/errors.js';
import type { Packet } from '../carrier/carrier.js';
import { decodeDocument, encodeDocument, recognise } from '../codec/codec.js';
import type { Encoding } from '../codec/document.js';
import { charsetOf, encodingOf, MESSAGE_TYPES } from '../codec/media-types.js';
import type { Message } from '../message/message.js';
import { readMessage, writeMessage } from '../message/message-tree.js';

/** The encoding of a packet: what its type says, or what its octets look like where the type says nothing. */
export function encodingOfPacket({ contentType, bytes }: Packet): Encoding {
  const encoding = encodingOf(contentType) ?? recognise(bytes);
  if (encoding === undefined) throw new CradleError('InvalidItem', 'what came is no message of SyncML');
  return encoding;
}

/** Fails with InvalidItem and LimitsExceeded where the packet is no message that could be answered. */
export function messageOf(packet: Packet): Message {
  const charset = charsetOf(packet.contentType);
  return readMessage(decodeDocument(packet.bytes, encodingOfPacket(packet), { charset }));
}

export function packetOf(message: Message, encoding: Encoding): Packet {
  const bytes = encodeDocument(writeMessage(message), encoding, message.header.version);
  return { contentType: MESSAGE_TYPES[encoding], bytes };
}
