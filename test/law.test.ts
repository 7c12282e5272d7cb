import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from './support/root.js';

/** A source file, its path from the repository's root, and what it imports: paths for our own files, names for packages. */
interface Source {
  readonly path: string;
  readonly text: string;
  readonly own: readonly string[];
  readonly packages: readonly string[];
}

const IMPORT =
  /(?:^|[\n;}])\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

function read(folder: string): readonly Source[] {
  const root = join(repositoryRoot, folder);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = `${folder}/${name.split(sep).join('/')}`;
      const text = readFileSync(join(repositoryRoot, path), 'utf8');
      const imports = [...text.matchAll(IMPORT)].map(([, first, second]) => first ?? second ?? '');
      return {
        path,
        text,
        own: imports.filter((one) => one.startsWith('.')).map((one) => resolved(path, one)),
        packages: imports.filter((one) => !one.startsWith('.') && !one.startsWith('node:')),
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const resolved = (from: string, specifier: string): string =>
  normalize(join(dirname(from), specifier)).replace(/\.js$/, '.ts');

const sources = read('src');
/** What uses the sources and is used by none of them. */
const tests = ['bench', 'demo', 'test'].flatMap(read);

const FLOORS = ['dbus', 'hal', 'plugins', 'daemon'];
/** Rooms of the daemon in the order they may know each other; files beside the rooms wire them together, above all. */
const ROOMS: Readonly<Record<string, number>> = { secrets: 0, state: 0, sync: 0, session: 1, alert: 2, api: 3 };
/** What the plugins share: a store on the desktop may serve a protocol too. */
const SHARED_PLUGINS = ['memory', 'folder', 'formats', 'database'];

/** What reads and writes octets and nothing else, so that the command line may show what is in a file. */
const PURE = /^syncml\/(?:codec\/|alert\/notification(?:-tree)?\.ts$)/;

/** Pairs of importer and imported that break a rule. */
const offences = (rule: (from: readonly string[], to: readonly string[]) => boolean): readonly string[] =>
  sources.flatMap(({ path, own }) =>
    own.filter((to) => !rule(path.split('/'), to.split('/'))).map((to) => `${path} imports ${to}`),
  );

test('the sources are found, and their imports are files', () => {
  assert(sources.length > 40);
  const paths = new Set([...sources, ...tests].map(({ path }) => path));
  for (const { path, own } of [...sources, ...tests])
    for (const to of own) if (to.endsWith('.ts')) assert(paths.has(to), `${path} imports ${to}, which is not there`);
});

test('imports point left: dbus < hal < plugins < daemon, and the command line is a client of the bus', () => {
  const rule = ([, from = '']: readonly string[], [folder, to = '', ...inside]: readonly string[]): boolean => {
    if (folder !== 'src') return false;
    if (from === 'cli' && to === 'plugins') return PURE.test(inside.join('/'));
    if (from === 'cli' || to === 'cli') return from === 'cli' && (to === 'cli' || to === 'dbus');
    return FLOORS.indexOf(to) >= 0 && FLOORS.indexOf(to) <= FLOORS.indexOf(from);
  };
  assert.deepEqual(offences(rule), []);
});

test('inside the daemon: state, sync < session < alert < api < what wires them', () => {
  const rank = ([, floor, room = '', file]: readonly string[]): number =>
    floor !== 'daemon' ? -1 : file === undefined ? 4 : (ROOMS[room] ?? Number.NaN);
  const rule = (from: readonly string[], to: readonly string[]): boolean =>
    from[1] !== 'daemon' || rank(to) <= rank(from);
  assert.deepEqual(offences(rule), []);
});

test('no protocol imports another', () => {
  const plugin = ([, floor, folder = '', file]: readonly string[]): string | undefined =>
    floor === 'plugins' && file !== undefined ? folder : undefined;
  const rule = (from: readonly string[], to: readonly string[]): boolean => {
    const [mine, its] = [plugin(from), plugin(to)];
    return mine === undefined || its === undefined || mine === its || SHARED_PLUGINS.includes(its);
  };
  assert.deepEqual(offences(rule), []);
});

test('there are no cycles', () => {
  const graph = new Map(sources.map(({ path, own }) => [path, own]));
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    assert(!trail.includes(path), `a cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
    if (done.has(path)) return;
    for (const to of graph.get(path) ?? []) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
});

test('a package is known only where it is wrapped', () => {
  const homes: Readonly<Record<string, RegExp>> = {
    'dbus-native': /^src\/dbus\/(wire|marshal)\.ts$/,
    xstate: /^src\/daemon\/session\/machine\.ts$/,
    'better-sqlite3': /^src\/(?:plugins\/database|daemon\/state)\//,
    'sd-notify': /^src\/daemon\/watchdog\.ts$/,
    'iconv-lite': /^src\/plugins\/(?:formats\/content-lines|syncml\/codec)\/charset\.ts$/,
    saxes: /^src\/plugins\/syncml\/(?:codec\/xml-reader|content\/file)\.ts$/,
    serialport: /^src\/hal\/transports\/serial(?:-channel)?\.ts$/,
  };
  for (const { path, packages } of sources)
    for (const name of packages) assert.match(path, homes[name] ?? /never/, `${path} imports ${name}`);
});

test('names of the bus occur in names.ts alone', () => {
  const name = /(['"`])(?:(?!\1).)*\borg[./](?:cradle|freedesktop|bluez|gnome|kde)[./][A-Za-z](?:(?!\1).)*\1/;
  for (const { path, text } of sources) {
    if (path === 'src/dbus/names.ts') continue;
    const found = withoutComments(text).match(name);
    assert.equal(found, null, `${path} says ${found?.[0]}`);
  }
});

test('a file is one noun: none has more than 400 lines', () => {
  for (const { path, text } of [...sources, ...tests])
    assert(text.split('\n').length <= 401, `${path} has ${text.split('\n').length} lines`);
});

test('no type is any, and no checker is silenced', () => {
  for (const { path, text } of [...sources, ...tests]) {
    const code = withoutStrings(withoutComments(text));
    assert.doesNotMatch(code, /[:<|&,=(]\s*any\b(?!\w)|\bas\s+any\b|\bany\[\]/, path);
    if (path !== 'test/law.test.ts') assert.doesNotMatch(text, /@ts-(?:ignore|nocheck|expect-error)/, path);
  }
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1');
}

function withoutStrings(text: string): string {
  return text.replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}
