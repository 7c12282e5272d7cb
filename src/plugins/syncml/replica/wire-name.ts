import type { Role } from './holdings.js';
import { type ItemRow, nameOfRow } from './row.js';

/** What the item is called on the wire in a replace and a delete; undefined where the device has not told. */
export const wireName = (role: Role, { id, luid }: ItemRow): string | undefined =>
  luid ?? (role === 'client' ? nameOfRow(id) : undefined);
