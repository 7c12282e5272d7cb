import type { Element, Version } from '../codec/document.js';
import { readCredentials, writeCredentials } from './credentials.js';
import { element, flag, incomplete, leaf, malformed, mandatory, mark, quoted, textIn, wholeNumber } from './element.js';
import { readLocation, writeLocation } from './item.js';
import type { Header } from './message.js';
import { readMeta, writeMeta } from './meta.js';

/** The specification asks for four octets at most; some write more, none so many. */
const LONGEST_SESSION_ID = 128;
const LONGEST_VERSION = 64;
const GREATEST_MESSAGE_ID = 0x7fffffff;

/** 1.0.1 and 1.1.2 are corrections to the text of 1.0 and 1.1. */
function versionOf(text: string): Version | undefined {
  const [, version] = /^(1\.[012])(?:\.\d)?$/.exec(text) ?? [];
  return version === '1.0' || version === '1.1' || version === '1.2' ? version : undefined;
}

/** A `SyncHdr`. Fails with InvalidItem where no answer could be addressed. */
export function readHeader(header: Element, named: Version | undefined): Header {
  const dtd = versionOf(mandatory(header, 'VerDTD', LONGEST_VERSION));
  const protocol = mandatory(header, 'VerProto', LONGEST_VERSION);
  const version = /^SyncML\/(.*)$/i.exec(protocol)?.[1];
  const spoken = version === undefined ? undefined : versionOf(version);
  const refusal = dtd === undefined ? 505 : spoken === undefined ? 513 : undefined;

  const target = readLocation(header, 'Target');
  const source = readLocation(header, 'Source');
  if (target === undefined) throw incomplete('SyncHdr is without a Target');
  if (source === undefined) throw incomplete('SyncHdr is without a Source');
  const respUri = textIn(header, 'RespURI');
  const credentials = readCredentials(header);
  const meta = readMeta(header);
  return {
    version: refusal === undefined && spoken !== undefined ? spoken : (named ?? '1.2'),
    ...(refusal !== undefined && { refusal }),
    sessionId: mandatory(header, 'SessionID', LONGEST_SESSION_ID),
    messageId: readMessageId(header),
    target,
    source,
    ...(respUri !== undefined && respUri !== '' && { respUri }),
    ...(flag(header, 'NoResp') && { noResp: true }),
    ...(credentials !== undefined && { credentials }),
    ...(meta !== undefined && { meta }),
  };
}

function readMessageId(header: Element): number {
  const text = mandatory(header, 'MsgID', Number.MAX_SAFE_INTEGER);
  const id = wholeNumber(text, 'the MsgID of SyncHdr');
  if (id < 1 || id > GREATEST_MESSAGE_ID) throw malformed(`the MsgID of SyncHdr is ${quoted(text)}`);
  return id;
}

export function writeHeader(header: Header): Element {
  const { version } = header;
  return element('SyncHdr', [
    leaf('VerDTD', version),
    leaf('VerProto', `SyncML/${version}`),
    leaf('SessionID', header.sessionId),
    leaf('MsgID', header.messageId),
    writeLocation('Target', header.target, version),
    writeLocation('Source', header.source, version),
    leaf('RespURI', header.respUri),
    mark('NoResp', header.noResp),
    writeCredentials(header.credentials, version),
    writeMeta(header.meta, version),
  ]);
}
