import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleComplaint } from './device.js';
import { KEYFILE_LIMITS, type KeyfileSection, parseKeyfile } from './keyfile.js';
import {
  type Assignment,
  type Condition,
  isMatchKey,
  readAssignment,
  readCondition,
  type Vocabulary,
} from './rule-keys.js';
import { IndexedRules, type RuleSection } from './rule-set.js';

const SUFFIX = '.devices';
const SYSTEM_FOLDERS = ['/usr/share/cradle/devices.d', '/etc/cradle/devices.d'];
const FILES_IN_A_FOLDER = 1_000;

/** Where rules live, the weakest first: what is shipped, the administrator's, the user's own. */
export function ruleFolders(
  environment: Readonly<Record<string, string | undefined>>,
  shipped?: string,
): readonly string[] {
  const [packaged = '', site = ''] = SYSTEM_FOLDERS;
  const config = environment.XDG_CONFIG_HOME ?? join(environment.HOME ?? '/', '.config');
  return [shipped ?? packaged, site, join(config, 'cradle', 'devices.d')];
}

/**
 * Reads all rule files of these folders, in the order of their names whichever folder they are in. A file takes the
 * place of one with the same name in an earlier folder, so an empty one takes rules away (as in systemd, see systemd.unit(5)).
 * Never rejects: what cannot be read is a complaint, and a folder that is not there is an empty one. A few small files
 * are read in a tenth of the time when it is done without the thread pool, and a daemon's start waits for them.
 */
export async function loadRules(layers: readonly string[], vocabulary: Vocabulary): Promise<IndexedRules> {
  const complaints: RuleComplaint[] = [];
  const complain = (file: string, reason: string): void => {
    complaints.push({ file, line: 0, section: '', reason });
  };
  const files = new Map<string, string>();
  for (const folder of layers) {
    try {
      const names = readdirSync(folder)
        .filter((name) => name.endsWith(SUFFIX) && !name.startsWith('.'))
        .sort();
      if (names.length > FILES_IN_A_FOLDER)
        complain(folder, `the folder has more than ${FILES_IN_A_FOLDER} rule files`);
      for (const name of names.slice(0, FILES_IN_A_FOLDER)) files.set(name, join(folder, name));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') complain(folder, `the folder cannot be read: ${messageOf(error)}`);
    }
  }
  const sections: RuleSection[] = [];
  for (const name of [...files.keys()].sort()) {
    const path = files.get(name) ?? name;
    try {
      const read = readRules(contentOf(path), path, vocabulary);
      sections.push(...read.sections);
      complaints.push(...read.complaints);
    } catch (error) {
      complain(path, `the file cannot be read: ${messageOf(error)}`);
    }
  }
  return new IndexedRules(sections, complaints);
}

/** At most one byte more than a keyfile may have, and never from a pipe or a device; /dev/null is an empty file. */
function contentOf(path: string): Uint8Array {
  if (realpathSync(path) === '/dev/null') return new Uint8Array();
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) throw new Error('it is not a regular file');
    const buffer = new Uint8Array(Math.min(found.size, KEYFILE_LIMITS.bytes) + 1);
    for (let length = 0; ; ) {
      const count = readSync(fd, buffer, length, buffer.length - length, length);
      length += count;
      if (count === 0 || length === buffer.length) return buffer.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

/** The sections of one rule file that make sense, and complaints about all others. */
export function readRules(
  content: Uint8Array | string,
  file: string,
  vocabulary: Vocabulary,
): { readonly sections: readonly RuleSection[]; readonly complaints: readonly RuleComplaint[] } {
  const { sections: parsed, faults } = parseKeyfile(content);
  const complaints: RuleComplaint[] = faults.map((fault) => ({ file, ...fault }));
  const sections: RuleSection[] = [];
  const titles = new Map<string, number>();
  for (const section of parsed) {
    const twin = titles.get(section.title);
    const read =
      twin === undefined
        ? readSection(section, file, vocabulary)
        : { line: section.line, reason: `the title already stands in line ${twin}` };
    titles.set(section.title, twin ?? section.line);
    if ('reason' in read) complaints.push({ file, section: section.title, ...read });
    else sections.push(read);
  }
  return { sections, complaints: complaints.sort((left, right) => left.line - right.line) };
}

function readSection(
  section: KeyfileSection,
  file: string,
  vocabulary: Vocabulary,
): RuleSection | { readonly line: number; readonly reason: string } {
  const conditions: Condition[] = [];
  const assignments = new Map<string, Assignment>();
  for (const { key, value, line } of section.entries) {
    if (isMatchKey(key)) {
      if (assignments.size > 0)
        return { line, reason: `${key} stands after an assignment, and Match lines come first` };
      const read = readCondition(key, value);
      if ('reason' in read) return { line, reason: read.reason };
      conditions.push(read.meaning);
    } else {
      const read = readAssignment(key, value, vocabulary);
      if ('reason' in read) return { line, reason: read.reason };
      if (assignments.has(read.meaning.key)) return { line, reason: `${read.meaning.key} is assigned twice` };
      assignments.set(read.meaning.key, read.meaning);
    }
  }
  const { title, line, comment } = section;
  if (conditions.length === 0)
    return { line, reason: 'the section has no Match line; MatchSubsystem=* means every device' };
  if (assignments.size === 0) return { line, reason: 'the section assigns nothing' };
  return { title, file, line, comment, conditions, assignments: [...assignments.values()] };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
