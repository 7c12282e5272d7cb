import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { asCradleError } from '../../dbus/errors.js';
import { codeOf } from './files.js';
import { OWN_PREFIX } from './item-names.js';
import type { Root } from './root.js';
import { TemporaryName } from './temporary.js';

const MARKER = `${OWN_PREFIX}store`;
const TEXT = '# Cradle knows this folder by the next line. Without it the folder counts as another one.\n';
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/m;
const LONGEST = 1024;

const { O_WRONLY, O_CREAT, O_EXCL } = constants;

/**
 * Names the very folder, so that an unmounted, recreated or swapped one is known for another: by a hidden file that is
 * made on first use, or by its filesystem and inode where nothing may be written.
 */
export async function identityOf(root: Root): Promise<string> {
  const found = await readMarker(root);
  if (found !== undefined) return `folder:${found}`;
  try {
    return `folder:${await makeMarker(root)}`;
  } catch (error) {
    const errno = codeOf(error);
    if (errno !== 'EROFS' && errno !== 'EACCES' && errno !== 'EPERM' && errno !== 'ENOSPC' && errno !== 'EDQUOT')
      throw asCradleError(error, 'StoreUnavailable');
    return `inode:${await filesystemName(root.device)}:${root.inode}`;
  }
}

async function readMarker(root: Root): Promise<string | undefined> {
  const fd = await root.openFile(MARKER);
  if (fd === undefined) return undefined;
  try {
    const bytes = Buffer.alloc(LONGEST);
    const read = await root.files.read(fd, bytes, 0, LONGEST, 0);
    return ID.exec(bytes.toString('latin1', 0, read))?.[0];
  } finally {
    await root.files.close(fd);
  }
}

async function makeMarker(root: Root): Promise<string> {
  const { files } = root;
  const id = randomUUID();
  const temporary = new TemporaryName();
  const path = root.at(temporary.name);
  try {
    const fd = await files.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644);
    try {
      await files.write(fd, Buffer.from(`${TEXT}${id}\n`));
      await files.sync(fd);
    } finally {
      await files.close(fd);
    }
    const theirs = await settle(root, path);
    if (theirs !== undefined) return theirs;
    await files.sync(root.fd);
    return id;
  } finally {
    temporary[Symbol.dispose]();
  }
}

/** Somebody else may have been quicker: his word stands. One that cannot be understood gives way. */
async function settle(root: Root, path: string): Promise<string | undefined> {
  const { files } = root;
  try {
    await files.renameNew(path, root.at(MARKER));
    return undefined;
  } catch (error) {
    const theirs = codeOf(error) === 'EEXIST' ? await readMarker(root) : undefined;
    if (theirs === undefined && codeOf(error) === 'EEXIST') await files.rename(path, root.at(MARKER));
    else await files.unlink(path);
    if (theirs === undefined && codeOf(error) !== 'EEXIST') throw error;
    return theirs;
  }
}

/** The UUID of the filesystem where udev knows it, since device numbers may differ after a restart. */
async function filesystemName(device: bigint): Promise<string> {
  const folder = '/dev/disk/by-uuid';
  for (const uuid of await readdir(folder).catch(() => []))
    if ((await stat(`${folder}/${uuid}`, { bigint: true }).catch(() => undefined))?.rdev === device) return uuid;
  return String(device);
}
