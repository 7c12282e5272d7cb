import type { MapCommand, MapItem } from '../message/message.js';
import { ANY_ID } from './load.js';
import type { Scale } from './scale.js';
import type { Track } from './track.js';

/** A Map goes neither in a message of its own for each item, nor in one command that fills them all. */
const MAP_OCTETS = 2048;

export interface MapGroup {
  readonly items: readonly MapItem[];
  make(id: string): MapCommand;
}

/** What a client calls the items that the server added, in commands that fit the server's messages: DS Protocol 1.2, section 5.3. */
export function* mapsOf(
  { theirUri, ourUri }: Pick<Track, 'theirUri' | 'ourUri'>,
  items: readonly MapItem[],
  scale: Scale,
  room: number,
): Generator<MapGroup> {
  const make = (id: string, group: readonly MapItem[]): MapCommand => {
    return { kind: 'Map', id, target: { uri: theirUri }, source: { uri: ourUri }, items: group };
  };
  const most = Math.min(MAP_OCTETS, room);
  const empty = scale.command(make(ANY_ID, []));
  let group: MapItem[] = [];
  let weight = empty;
  const done = (): MapGroup => {
    const sent = group;
    group = [];
    weight = empty;
    return { items: sent, make: (id) => make(id, sent) };
  };
  for (const item of items) {
    const own = scale.command(make(ANY_ID, [item])) - empty;
    if (group.length > 0 && weight + own > most) yield done();
    group.push(item);
    weight += own;
  }
  if (group.length > 0) yield done();
}
