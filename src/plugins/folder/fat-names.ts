/**
 * Names that FAT, exFAT and NTFS refuse, written with look-alikes and read back: `Why?.mp3` is `Why？.mp3` there, which a
 * player shows as it should. A name that already holds a look-alike has it quoted, so that every name comes back as it was.
 */
const QUOTE = '\u201b';

/** The forbidden characters of "Naming Files, Paths, and Namespaces" (Microsoft), each with its full-width form. */
const LOOKALIKES: readonly (readonly [string, string])[] = [...'<>:"|?*\\'].map((char) => [
  char,
  String.fromCharCode(char.charCodeAt(0) + 0xfee0),
]);
/** Control characters have pictures of their own (Unicode block Control Pictures). */
const CONTROLS: readonly (readonly [string, string])[] = Array.from({ length: 32 }, (_, code) => [
  String.fromCharCode(code),
  String.fromCharCode(0x2400 + code),
]);
const DELETE = ['\u007f', '\u2421'] as const;
/** Only at the end of a name, where Windows drops them. */
const ENDINGS = [
  ['.', '\uff0e'],
  [' ', '\u2420'],
] as const;

const onDisk = new Map<string, string>([...LOOKALIKES, ...CONTROLS, DELETE]);
const endOnDisk = new Map<string, string>(ENDINGS);
const original = new Map<string, string>([...onDisk, ...endOnDisk].map(([char, image]) => [image, char]));

/** Device names of DOS, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** The name of one file or folder as such a filesystem takes it. */
export function toFat(name: string): string {
  let disk = RESERVED.test(name) ? QUOTE : '';
  const chars = [...name];
  for (const [index, char] of chars.entries()) {
    const image = onDisk.get(char) ?? (index === chars.length - 1 ? endOnDisk.get(char) : undefined);
    disk += image ?? (original.has(char) || char === QUOTE ? QUOTE + char : char);
  }
  return disk;
}

/** What `toFat` was given. */
export function fromFat(disk: string): string {
  let name = '';
  const chars = [...disk];
  for (let index = 0; index < chars.length; index++) {
    const char = chars[index] ?? '';
    const next = chars[index + 1];
    const quotes =
      char === QUOTE &&
      next !== undefined &&
      (original.has(next) || next === QUOTE || (index === 0 && RESERVED.test(disk.slice(1))));
    if (quotes) {
      name += next;
      index++;
    } else name += imageAt(char, index === chars.length - 1);
  }
  return name;
}

function imageAt(char: string, last: boolean): string {
  const was = original.get(char);
  return was === undefined || (!last && endOnDisk.has(was)) ? char : was;
}
