import { likenessOf } from '../../formats/likeness.js';
import type { Content } from '../dialogue/conversation.js';
import type { Enriched, Form, Outbound, Put } from './form.js';
import type { Plain, Versions } from './plain.js';

/** What nobody here looks into: mails, bookmarks, whatever a device has. */
export class OpaqueForm implements Form {
  readonly contentTypes: readonly string[];

  constructor(contentTypes: readonly string[]) {
    this.contentTypes = contentTypes;
  }

  read({ type, bytes }: Content): Plain {
    const known = type === '' ? (this.contentTypes[0] ?? 'application/octet-stream') : type;
    return { type: known, body: bytes, likeness: likenessOf(known, bytes), summary: known, kin: '' };
  }

  write({ type, body }: Put): Outbound {
    return { content: { type, bytes: body }, held: { body, likeness: likenessOf(type, body) }, kin: '' };
  }

  enrich(_known: Versions, now: Plain): Enriched {
    return now;
  }
}
