import type { Encoding, Version } from '../../../src/plugins/syncml/codec/document.js';

/** How a simulated telephone behaves, well or badly; to be changed between its sessions. */
export interface PhoneHabits {
  version: Version;
  encoding: Encoding;
  /** Bytes of the largest message that it takes, and sends. */
  maxMessageSize: number;
  /** Whether it says NumberOfChanges. */
  tellsCount: boolean;
  /** What it puts as its device information. */
  information: 'honest' | 'broken' | 'none';
  /** Proves itself by MD5, where it has to. */
  login: { readonly user: string; readonly password: string } | undefined;
  /** Its Last anchor is one that nobody ever heard of. */
  liesAboutAnchors: boolean;
  /** Answers to so many of its fetched messages with nothing yet, before each. */
  stalls: number;
  /** The reply with this number gets lost on its way: it says the same again. */
  losesReply: number | undefined;
  /** After so many of its messages the line is dead: the next is never heard. */
  hangsUpAfter: number | undefined;
  /** The line is dead when the reply with this number comes. */
  deafAt: number | undefined;
  /** Each new item is sent twice in one message, under the same name. */
  sendsTwice: boolean;
  /** What its user does once it has begun to tell what it has. */
  meanwhile: (() => void) | undefined;
}

export const USUAL_HABITS: PhoneHabits = {
  version: '1.1',
  encoding: 'wbxml',
  maxMessageSize: 9_216,
  tellsCount: true,
  information: 'honest',
  login: undefined,
  liesAboutAnchors: false,
  stalls: 0,
  losesReply: undefined,
  hangsUpAfter: undefined,
  deafAt: undefined,
  sendsTwice: false,
  meanwhile: undefined,
};
