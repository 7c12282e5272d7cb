import { quoted, type Shell } from './shell.js';
import { listing, type Tree, treeOf } from './tree.js';

const SECTOR = 512;
/** Where partitions begin and end: whole mebibytes, as every tool does it. */
const MIB = 1024 * 1024;

/** Names are UTF-8, and a partition table may say what it likes of heads and cylinders. */
const MTOOLS = ['env', 'LC_ALL=C.UTF-8', 'MTOOLS_SKIP_CHECK=1'];

export interface MediumSpec {
  /** Mebibytes of each volume; several make a partitioned disk, a single one has no partition table. */
  readonly volumes: readonly { readonly label: string; readonly mib: number }[];
}

/**
 * A FAT medium in an image file, written and read while it is plugged in nowhere. It may lie on this machine (for QEMU's
 * disks) or in the guest (for gadgets): the shell says where.
 */
export class Medium {
  private constructor(
    private readonly shell: Shell,
    readonly image: string,
    private readonly spec: MediumSpec,
  ) {}

  /** Makes the image anew. */
  static async make(shell: Shell, image: string, spec: MediumSpec): Promise<Medium> {
    const medium = new Medium(shell, image, spec);
    const total = medium.#start(spec.volumes.length) / MIB;
    const script = [`rm -f ${quoted(image)}`, `truncate -s ${total}M ${quoted(image)}`];
    if (spec.volumes.length > 1) script.push(`dd of=${quoted(image)} conv=notrunc status=none`);
    for (const [n, volume] of spec.volumes.entries()) {
      const offset = medium.#start(n) / SECTOR;
      const blocks = (volume.mib * MIB) / 1024;
      script.push(`mkfs.vfat --offset=${offset} -n ${quoted(volume.label)} ${quoted(image)} ${blocks} > /dev/null`);
    }
    await shell.run(['sh', '-ec', script.join('\n')], { input: medium.#partitionTable() });
    return medium;
  }

  /** The label of a volume, which udisks uses for the mount point. */
  label(volume = 0): string {
    return this.spec.volumes[volume]?.label ?? '';
  }

  /** Writes a file, making its folders. */
  async write(path: string, content: string | Buffer, volume = 0): Promise<void> {
    const folders = path.split('/').slice(0, -1);
    const script = folders.map((_, n) => {
      const folder = quoted(`::${folders.slice(0, n + 1).join('/')}`);
      return `mdir -i "$1" ${folder} > /dev/null 2>&1 || mmd -i "$1" ${folder}`;
    });
    script.push(`mcopy -o -i "$1" - ${quoted(`::${path}`)}`);
    await this.#mtools(['sh', '-ec', script.join('\n'), 'sh', this.#drive(volume)], content);
  }

  async read(path: string, volume = 0): Promise<Buffer> {
    const { code, output, stderr } = await this.shell.attempt([
      ...[...MTOOLS, 'mcopy', '-i', this.#drive(volume), `::${path}`, '-'],
    ]);
    if (code !== 0) throw new Error(`no ${path} on ${this.image}: ${stderr}`);
    return output;
  }

  async remove(path: string, volume = 0): Promise<void> {
    await this.#mtools(['mdel', '-i', this.#drive(volume), `::${path}`]);
  }

  /** Every file of a volume, by its path, with the SHA-256 of its content; also those whose names begin with a dot. */
  async tree(volume = 0): Promise<Tree> {
    const script = [
      'out=$(mktemp -d); trap \'rm -rf "$out"\' EXIT',
      // mcopy fails when there is nothing at all.
      'mdir -a -b -i "$1" :: > /dev/null 2>&1 && mcopy -s -n -i "$1" :: "$out" > /dev/null',
      listing('$out'),
    ];
    return treeOf(await this.#mtools(['sh', '-c', script.join('\n'), 'sh', this.#drive(volume)]));
  }

  /** A master boot record: up to four entries of 16 bytes at 446, FAT32 with LBA (type 0x0c), and the two bytes that end it. */
  #partitionTable(): Buffer {
    const record = Buffer.alloc(SECTOR);
    for (const [n, volume] of this.spec.volumes.entries()) {
      const entry = record.subarray(446 + 16 * n);
      entry.writeUInt8(0x0c, 4);
      entry.writeUInt32LE(this.#start(n) / SECTOR, 8);
      entry.writeUInt32LE((volume.mib * MIB) / SECTOR, 12);
    }
    record.writeUInt16BE(0x55aa, 510);
    return record;
  }

  #mtools(argv: readonly string[], input?: string | Buffer): Promise<string> {
    const options = input === undefined ? { timeout: 120 } : { timeout: 120, input };
    return this.shell.run([...MTOOLS, ...argv], options);
  }

  /** Bytes before a volume. */
  #start(volume: number): number {
    const before = this.spec.volumes.slice(0, volume).reduce((sum, it) => sum + it.mib * MIB, 0);
    return before + (this.spec.volumes.length > 1 ? MIB : 0);
  }

  #drive(volume: number): string {
    return `${this.image}@@${this.#start(volume)}`;
  }
}
