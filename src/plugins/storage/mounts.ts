import { readFile } from 'node:fs/promises';

/** One line of /proc/self/mountinfo (proc(5)). */
export interface Mount {
  /** `major:minor` of the filesystem. */
  readonly device: string;
  /** The folder of the filesystem that shows at the mount point; `/` for all of it. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  /** What was mounted, such as /dev/sdb1. */
  readonly source: string;
  readonly readOnly: boolean;
}

export const MOUNTINFO = '/proc/self/mountinfo';

/** What is mounted now; later mounts last. Lines that make no sense are left out. */
export async function readMounts(path: string): Promise<readonly Mount[]> {
  return parseMounts(await readFile(path));
}

export function parseMounts(bytes: Buffer): readonly Mount[] {
  return bytes
    .toString('latin1')
    .split('\n')
    .flatMap((line) => parseLine(line) ?? []);
}

function parseLine(line: string): Mount | undefined {
  const [left = '', right] = line.split(' - ', 2);
  const [, , device, root, point, options] = left.split(' ');
  const [type, source, superOptions] = right?.split(' ') ?? [];
  if (device === undefined || root === undefined || point === undefined || options === undefined) return undefined;
  if (type === undefined || source === undefined) return undefined;
  return {
    device,
    root: plain(root),
    point: plain(point),
    type: plain(type),
    source: plain(source),
    readOnly: isReadOnly(options) || isReadOnly(superOptions ?? ''),
  };
}

const isReadOnly = (options: string): boolean => options.split(',').includes('ro');

/** Space, tab, newline and backslash stand as three octal digits; the bytes are UTF-8 as a rule. */
function plain(text: string): string {
  const bytes = text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
