import type { Row } from '../../database/database.js';
import * as field from '../../database/field.js';

/** Where an item of the replica is. */
export const PLACEMENTS = [
  /** On the device, under its LUID. */
  'held',
  /** Not on the device, and to be brought there. */
  'wanted',
  /** Sent, and nobody knows whether it arrived. */
  'sent',
  /** On the device, which has not said yet how it names it. */
  'unnamed',
  /** Off the device to save its memory, and not to be brought back (soft delete). */
  'shed',
] as const;
export type Placement = (typeof PLACEMENTS)[number];

export const placementNumber = (placement: Placement): number => PLACEMENTS.indexOf(placement);

/** One item of one datastore, without its contents. */
export interface ItemRow {
  readonly id: number;
  /** Server role: what the device calls it. Client role: what we call it, where that is not its GUID-to-be. */
  readonly luid: string | undefined;
  /** Client role: what the server calls it, where it has said. */
  readonly guid: string | undefined;
  readonly placement: Placement;
  readonly type: string;
  readonly likeness: string;
  readonly kin: string;
  /** The revision. */
  readonly at: number;
  readonly problem: string | undefined;
}

export const ROW = 'id, luid, guid, placement, type, likeness, kin, at, problem';

export function readRow(row: Row): ItemRow {
  return {
    id: field.number(row, 'id'),
    luid: field.optionalText(row, 'luid'),
    guid: field.optionalText(row, 'guid'),
    placement: PLACEMENTS[field.number(row, 'placement')] ?? 'held',
    type: field.text(row, 'type'),
    likeness: field.text(row, 'likeness'),
    kin: field.text(row, 'kin'),
    at: field.number(row, 'at'),
    problem: field.optionalText(row, 'problem'),
  };
}

/** The name of a row outside: the engine's ItemId, our GUID in the server role, our LUID in the client role. Eight characters: old phones keep no more. */
export const nameOfRow = (id: number): string => id.toString(36);

/** Undefined for what is no such name. */
export function rowOfName(name: string): number | undefined {
  if (!/^[1-9a-z][0-9a-z]{0,9}$/.test(name)) return undefined;
  const id = Number.parseInt(name, 36);
  return Number.isSafeInteger(id) ? id : undefined;
}

/** Bytes of a column. */
export function blob(row: Row, key: string): Uint8Array | undefined {
  const value = row[key];
  return value instanceof Uint8Array ? value : undefined;
}
