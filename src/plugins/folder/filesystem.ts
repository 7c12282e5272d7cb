import { statfs } from 'node:fs/promises';

/** What may be relied upon, by the kind of filesystem. */
export interface Filesystem {
  /** For logs. */
  readonly kind: string;
  /** A file keeps its inode number, and every change of it moves its ctime. */
  readonly lasting: boolean;
  /** Names that Windows would refuse are refused here too, and case makes no difference. */
  readonly names: 'posix' | 'fat';
  /** Nobody but this machine changes it, so that inotify tells all. */
  readonly local: boolean;
}

const disk = (kind: string): Filesystem => ({ kind, lasting: true, names: 'posix', local: true });
const fat = (kind: string): Filesystem => ({ kind, lasting: false, names: 'fat', local: true });
const remote = (kind: string): Filesystem => ({ kind, lasting: false, names: 'posix', local: false });

/** f_type of statfs(2), from linux/magic.h and the filesystems' own headers. */
const KINDS = new Map<number, Filesystem>([
  [0xef53, disk('ext')],
  [0x9123683e, disk('btrfs')],
  [0x58465342, disk('xfs')],
  [0x01021994, disk('tmpfs')],
  [0x794c7630, disk('overlay')],
  [0xf2f52010, disk('f2fs')],
  [0x2fc12fc1, disk('zfs')],
  [0xca451a4e, disk('bcachefs')],
  [0x3153464a, disk('jfs')],
  [0x4d44, fat('vfat')],
  [0x2011bab0, fat('exfat')],
  [0x5346544e, fat('ntfs')],
  [0x7366746e, fat('ntfs3')],
  // What ntfs-3g and exfat-fuse are mounted as; other FUSE filesystems stand the stricter names.
  [0x65735546, { ...fat('fuse'), local: false }],
  [0xff534d42, { ...fat('cifs'), local: false }],
  [0xfe534d42, { ...fat('smb2'), local: false }],
  [0x6969, { ...disk('nfs'), local: false }],
]);

/** The kind of filesystem a folder lies on; an unknown one is trusted with nothing. */
export async function filesystemOf(path: string): Promise<Filesystem> {
  const { type } = await statfs(path);
  return KINDS.get(type >>> 0) ?? remote(`type 0x${(type >>> 0).toString(16)}`);
}

/** Bytes that may still be written, when so many are to stay free; of a small disk a hundredth. Never below 0. */
export async function spaceBut(reserve: number, path: string): Promise<number> {
  const { bavail, blocks, bsize } = await statfs(path);
  return Math.max(0, bavail * bsize - Math.min(reserve, (blocks * bsize) / 100));
}
