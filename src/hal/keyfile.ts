/**
 * The keyfile: `[Title]` sections of `key=value` lines, UTF-8, `#` comments on lines of their own, empty lines free.
 * Rule files, evidence files and settings are all written in it. Values are taken as they stand, trimmed, without escapes.
 */

export interface KeyfileEntry {
  readonly key: string;
  readonly value: string;
  /** Counted from 1, as editors do. */
  readonly line: number;
}

export interface KeyfileSection {
  readonly title: string;
  readonly line: number;
  /** The comment lines that belong to the section: those directly above its title and those within it. */
  readonly comment: string;
  readonly entries: readonly KeyfileEntry[];
}

/** A line that could not be understood. The section it stands in is left out; its title is empty before the first one. */
export interface KeyfileFault {
  readonly line: number;
  readonly section: string;
  readonly reason: string;
}

export interface Keyfile {
  readonly sections: readonly KeyfileSection[];
  readonly faults: readonly KeyfileFault[];
}

export const KEYFILE_LIMITS = { bytes: 1024 * 1024, lineLength: 16_384, sections: 10_000, entries: 1_000 } as const;

const KEY = /^[^\s=[\]#;"'\\][^\s=[\]"'\\]{0,255}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

interface OpenSection {
  title: string;
  line: number;
  comment: string[];
  entries: KeyfileEntry[];
  faulty: boolean;
}

/** Never throws: what cannot be read becomes a fault with its line, and the other sections live on. */
export function parseKeyfile(content: Uint8Array | string): Keyfile {
  const faults: KeyfileFault[] = [];
  const size = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
  if (size > KEYFILE_LIMITS.bytes) {
    const reason = `the file has ${size} bytes, more than the ${KEYFILE_LIMITS.bytes} allowed`;
    return { sections: [], faults: [{ line: 1, section: '', reason }] };
  }
  const sections: OpenSection[] = [];
  let current: OpenSection | undefined;
  let comment: string[] = [];
  const fault = (line: number, reason: string): void => {
    faults.push({ line, section: current?.title ?? '', reason });
    if (current !== undefined) current.faulty = true;
  };

  let number = 0;
  for (const raw of linesOf(content)) {
    number += 1;
    if (raw === undefined) {
      fault(number, 'the line is not UTF-8');
      continue;
    }
    const text = raw.trim();
    if (text === '') {
      comment = [];
    } else if (text.startsWith('#')) {
      comment.push(text.slice(1).trim());
    } else if (text.length > KEYFILE_LIMITS.lineLength) {
      fault(number, `the line has more than ${KEYFILE_LIMITS.lineLength} characters`);
    } else if (CONTROL.test(text)) {
      fault(number, 'the line holds a control character');
    } else if (text.startsWith('[')) {
      if (sections.length >= KEYFILE_LIMITS.sections) {
        current = undefined;
        fault(number, `the file has more than ${KEYFILE_LIMITS.sections} sections`);
        break;
      }
      const title = text.slice(1, text.endsWith(']') ? -1 : undefined).trim();
      current = { title, line: number, comment, entries: [], faulty: false };
      comment = [];
      sections.push(current);
      if (!text.endsWith(']')) fault(number, 'the title has no closing bracket');
      else if (title === '') fault(number, 'the title is empty');
      else if (/[[\]]/.test(title)) fault(number, 'the title holds a bracket');
    } else {
      current?.comment.push(...comment);
      comment = [];
      const equals = text.indexOf('=');
      const key = equals < 0 ? '' : text.slice(0, equals).trimEnd();
      if (current === undefined) fault(number, 'the line stands before the first [title]');
      else if (equals < 0) fault(number, 'the line is no "key=value", no [title] and no # comment');
      else if (!KEY.test(key)) fault(number, `"${key.slice(0, 40)}" is not a key`);
      else if (current.entries.length >= KEYFILE_LIMITS.entries)
        fault(number, `the section has more than ${KEYFILE_LIMITS.entries} lines`);
      else current.entries.push({ key, value: text.slice(equals + 1).trim(), line: number });
    }
  }
  return {
    sections: sections
      .filter((section) => !section.faulty)
      .map(({ title, line, comment, entries }) => ({ title, line, comment: comment.join('\n'), entries })),
    faults,
  };
}

/** Each line as text, undefined where it is not UTF-8. */
function* linesOf(content: Uint8Array | string): Generator<string | undefined> {
  const whole = typeof content === 'string' ? content : decode(content);
  if (whole !== undefined) {
    yield* whole.replace(/^\ufeff/, '').split('\n');
    return;
  }
  const bytes = Buffer.from(content);
  for (let start = 0; start <= bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end < 0 ? bytes.length : end;
    yield decode(bytes.subarray(start, stop));
    start = stop + 1;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text of a keyfile: what parseKeyfile gives back as the same sections. Values must be free of control characters. */
export function writeKeyfile(
  sections: readonly {
    readonly title: string;
    readonly comment?: string;
    readonly entries: Iterable<readonly [string, string]>;
  }[],
): string {
  const blocks = sections.map(({ title, comment, entries }) => {
    const remark =
      comment === undefined || comment === '' ? [] : comment.split('\n').map((line) => `# ${line}`.trimEnd());
    const lines = [...entries].map(([key, value]) => `${key}=${value}`);
    return [...remark, `[${title}]`, ...lines].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}
