import { createHash } from 'node:crypto';
import { CradleError } from '../../dbus/errors.js';
import { fromFat, toFat } from './fat-names.js';
import type { Filesystem } from './filesystem.js';

/** Begins every name of ours in a folder: the marker and files being written. */
export const OWN_PREFIX = '.cradle-';

/** Folders that filesystems keep for themselves, passed over wherever they are. */
export const SYSTEM_FOLDERS: readonly string[] = [
  'lost+found',
  'System Volume Information',
  '$RECYCLE.BIN',
  'RECYCLER',
  'FOUND.000',
  'LOST.DIR',
];

/** Files that other programs write beside the real ones: Emacs, Vim, Kate, Office, browsers, Windows. */
const PASSING = /~$|^#.*#$|^~\$|\.(?:part|crdownload|swp|kate-swp)$|^(?:thumbs\.db|desktop\.ini)$/i;

/** Folders deeper than this are neither read nor written. */
export const DEEPEST = 64;

/** Bytes of a name on every filesystem of Linux; UTF-16 units on FAT and NTFS. */
const LONGEST = 255;
/** Bytes of a whole path (PATH_MAX less room for where the folder is). */
const LONGEST_PATH = 3500;

/** False for dotfiles and what other programs leave for a while. */
export const isVisible = (component: string): boolean =>
  component !== '' && !component.startsWith('.') && !PASSING.test(component);

/** Whether items may lie in a folder of this name. */
export const isOpen = (component: string): boolean => isVisible(component) && !SYSTEM_FOLDERS.includes(component);

/** The name an item has in other stores, from its path in this folder. */
export function nameOf(path: string, filesystem: Filesystem): string {
  return filesystem.names === 'posix' ? path : path.split('/').map(fromFat).join('/');
}

/**
 * The path in this folder for a name from another store. Fails with InvalidItem when it would lead outside, be hidden
 * or lie too deep. Unicode forms are kept as they come: NFC and NFD are two names where the filesystem says so.
 */
export function pathFor(name: string, filesystem: Filesystem): string {
  const components = name.split('/').map((component) => {
    if (component === '' || component === '.' || component === '..')
      throw new CradleError('InvalidItem', `${quoted(name)} is no name for an item: it leads elsewhere`);
    if (component.includes('\0')) throw new CradleError('InvalidItem', `${quoted(name)} holds a NUL`);
    // Half a surrogate pair cannot be written as UTF-8.
    const whole = component.replace(/\p{Surrogate}/gu, '\ufffd');
    return filesystem.names === 'fat' ? shortened(whole, toFat, utf16) : shortened(whole, asIs, utf8);
  });
  const hidden = components.find((component) => !isOpen(component));
  if (hidden !== undefined)
    throw new CradleError('InvalidItem', `${quoted(name)} would be hidden here because of ${quoted(hidden)}`);
  const path = components.join('/');
  if (components.length > DEEPEST || utf8(path) > LONGEST_PATH)
    throw new CradleError('InvalidItem', `${quoted(name)} lies too deep for a folder`);
  return path;
}

/** A text as a short and printable part of a sentence. */
export const quoted = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 119)}…` : text);

/** The n-th name beside one that is taken: `photo (2).jpg`. */
export function numbered(path: string, n: number, filesystem: Filesystem): string {
  const slash = path.lastIndexOf('/') + 1;
  const [stem, extension] = split(path.slice(slash));
  const length = filesystem.names === 'fat' ? utf16 : utf8;
  const tail = ` (${n})${extension}`;
  return path.slice(0, slash) + cut(stem, LONGEST - length(tail), length) + tail;
}

const utf8 = (text: string): number => Buffer.byteLength(text, 'utf8');
const utf16 = (text: string): number => text.length;
const asIs = (text: string): string => text;

/** Cut to fit, with a digest of the whole name so that two long names stay apart; the extension stays. */
function shortened(name: string, encode: (name: string) => string, length: (text: string) => number): string {
  const encoded = encode(name);
  if (length(encoded) <= LONGEST) return encoded;
  const [stem, extension] = split(name);
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 10);
  const tail = `-${digest}${extension}`;
  return cut(encode(stem), LONGEST - length(encode(tail)), length) + encode(tail);
}

/** An extension is short; what is longer belongs to the name. */
function split(name: string): readonly [stem: string, extension: string] {
  const dot = name.lastIndexOf('.');
  return dot > 0 && name.length - dot <= 12 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
}

function cut(text: string, room: number, length: (text: string) => number): string {
  let kept = '';
  let used = 0;
  for (const char of text) {
    used += length(char);
    if (used > room) break;
    kept += char;
  }
  return kept;
}
