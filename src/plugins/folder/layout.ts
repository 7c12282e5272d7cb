import { createHash } from 'node:crypto';
import { CradleError } from '../../dbus/errors.js';
import type { Item, ItemRef } from '../contract.js';
import { accepts, essence, extensionFor, mediaTypeOf, UNKNOWN_TYPE } from '../media-types.js';
import type { Filesystem } from './filesystem.js';
import { DEEPEST, isOpen, isVisible, nameOf, pathFor, quoted } from './item-names.js';

/** Types kept one item a file by the vdir layout (vdirsyncer's "The Vdir Storage Format"). */
const VDIR_TYPES = new Set(['text/vcard', 'text/x-vcard', 'text/calendar', 'text/x-vcalendar']);

/** What in a folder is an item, and where a new one goes. */
export class Layout {
  /** Flat, as vdir: contacts or appointments, no folders within. A plain tree of files otherwise. */
  readonly flat: boolean;
  /** Folders below the root that may hold items. */
  readonly depth: number;
  readonly #all: boolean;
  readonly #types: readonly string[];
  readonly #accepted = new Map<string, boolean>();

  constructor(
    contentTypes: readonly string[],
    readonly filesystem: Filesystem,
  ) {
    this.flat = contentTypes.length > 0 && contentTypes.every((type) => VDIR_TYPES.has(essence(type)));
    this.depth = this.flat ? 0 : DEEPEST;
    this.#all = accepts(contentTypes, UNKNOWN_TYPE);
    // A phone's text/x-vcard lies in a file like any vCard.
    this.#types = contentTypes.map((type) => (essence(type) === 'text/x-vcard' ? 'text/vcard' : type));
  }

  /** Whether a file at this path is one of the items. */
  holds(path: string): boolean {
    if (!this.takes(path)) return false;
    return path.includes('/') ? !this.flat && path.split('/').every(isOpen) : isVisible(path);
  }

  /** Whether the file is of the types that are kept here. */
  takes(path: string): boolean {
    return this.#all || this.#takes(mediaTypeOf(path));
  }

  /** Whether items may lie in the folder of this name; said of each component alone. */
  enters(component: string): boolean {
    return !this.flat && isOpen(component);
  }

  nameOf(path: string): string {
    return nameOf(path, this.filesystem);
  }

  /** The path of a new item; InvalidItem when this folder cannot hold it. */
  pathFor(item: Item): string {
    const path = pathFor(this.#wish(item), this.filesystem);
    if (!this.holds(path))
      throw new CradleError('InvalidItem', `${quoted(path)} (${item.contentType}) is nothing that belongs here`);
    return path;
  }

  refOf(path: string, revision: string, size: bigint): ItemRef {
    return { id: path, revision, size: Number(size), name: this.nameOf(path) };
  }

  /** Whether an id from outside may be looked for below the root at all. */
  knows(id: string): boolean {
    return !id.includes('\0') && this.holds(id);
  }

  #wish(item: Item): string {
    const name = item.name ?? nameless(item);
    const wish = this.flat ? name.slice(name.lastIndexOf('/') + 1) : name;
    if (mediaTypeOf(wish) !== UNKNOWN_TYPE && this.#takes(mediaTypeOf(wish))) return wish;
    const extension = extensionFor(item.contentType);
    // A name without extension gets one only where it is needed to tell what the file is.
    const told = item.name !== undefined && this.#takes(UNKNOWN_TYPE);
    return extension === undefined || told ? wish : `${wish}.${extension}`;
  }

  #takes(type: string): boolean {
    let taken = this.#accepted.get(type);
    if (taken === undefined) {
      taken = accepts(this.#types, type);
      this.#accepted.set(type, taken);
    }
    return taken;
  }
}

/** Items of stores without names are called by their summary; the same item always gets the same name. */
function nameless(item: Item): string {
  const words = item.summary
    .replace(/[\p{Cc}/]+/gu, ' ')
    .trim()
    .replace(/^[.~#\s]+|[~#\s]+$/g, '')
    .slice(0, 80)
    .trim();
  if (words !== '') return words;
  return createHash('sha256')
    .update(`${item.contentType}\0${item.modified ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}
