import type { ItemRef } from '../../plugins/contract.js';

/** Formats in which one content has several spellings (formats/likeness.ts): sizes and digests alone tell nothing. */
const TEXTS = /\.(vcf|vcard|ics|ical|vcs|ifb)$/i;

/** Whether its name says that it is a card or an appointment. */
export const isText = ({ name }: ItemRef): boolean => name !== undefined && TEXTS.test(name);

export const isResized = (a: ItemRef, b: ItemRef): boolean =>
  a.size !== undefined && b.size !== undefined && a.size !== b.size;

export const isRenamed = (a: ItemRef, b: ItemRef): boolean =>
  a.name !== undefined && b.name !== undefined && a.name !== b.name;
