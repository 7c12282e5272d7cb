import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { loadRules, ruleFolders } from '../../src/hal/rules.js';
import { vocabulary } from '../rules/vocabulary.js';
import { temporaryFolder } from '../support/tmp.js';
import { rulesOf } from './bench.js';

const facts = (text: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(text));
const model = (name: string): string => `[${name}]\nMatchSubsystem=usb\nModel=${name}\n`;

async function layers(t: TestContext, ...contents: readonly Readonly<Record<string, string>>[]): Promise<string[]> {
  const root = await temporaryFolder(t);
  const folders: string[] = [];
  for (const [index, files] of contents.entries()) {
    const folder = join(root, String(index));
    await mkdir(folder);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    folders.push(folder);
  }
  return folders;
}

test('files of all layers are read in the order of their names, and the last word wins', async (t) => {
  const folders = await layers(
    t,
    { '10-a.devices': model('shipped a'), '30-c.devices': model('shipped c') },
    { '20-b.devices': model('site b') },
    { '15-d.devices': model('own d'), README: 'not a rule file', '.40-x.devices': 'broken' },
  );
  const rules = await loadRules(folders, vocabulary);
  assert.deepEqual(rules.complaints, []);
  assert.deepEqual(
    rules.sections.map(({ title }) => title),
    ['shipped a', 'own d', 'site b', 'shipped c'],
  );
  assert.equal(rules.match(facts({ subsystem: 'usb' })).assignments.get('Model'), 'shipped c');
});

test('a file takes the place of one of its name in an earlier layer, so an empty one takes rules away', async (t) => {
  const folders = await layers(
    t,
    { '10-a.devices': model('shipped'), '20-b.devices': model('also shipped'), '30-c.devices': model('third') },
    { '10-a.devices': model('site') },
    { '20-b.devices': '' },
  );
  await symlink('/dev/null', join(folders[2] ?? '', '30-c.devices'));
  const rules = await loadRules(folders, vocabulary);
  assert.deepEqual(rules.complaints, []);
  assert.deepEqual(
    rules.sections.map(({ title }) => title),
    ['site'],
  );
});

test('a folder that is not there is empty, and what cannot be read is a complaint', async (t) => {
  const [folder = ''] = await layers(t, {
    '10-a.devices': model('good'),
    '50-big.devices': '#'.repeat(1024 * 1024 + 1),
  });
  await mkdir(join(folder, '20-folder.devices'));
  await symlink('/nowhere', join(folder, '30-link.devices'));
  await symlink('/dev/zero', join(folder, '40-endless.devices'));
  await writeFile(join(folder, 'file'), '');
  const rules = await loadRules([join(folder, 'missing'), folder, join(folder, 'file')], vocabulary);
  assert.equal(rules.sections.length, 1);
  assert.deepEqual(
    rules.complaints.map(({ file, line, section }) => [file.slice(folder.length + 1), line, section]),
    [
      ['file', 0, ''],
      ['20-folder.devices', 0, ''],
      ['30-link.devices', 0, ''],
      ['40-endless.devices', 0, ''],
      ['50-big.devices', 1, ''],
    ],
  );
});

test("the layers are the shipped, the administrator's and the user's folder", () => {
  assert.deepEqual(ruleFolders({ HOME: '/home/stefan' }), [
    '/usr/share/cradle/devices.d',
    '/etc/cradle/devices.d',
    '/home/stefan/.config/cradle/devices.d',
  ]);
  assert.deepEqual(
    ruleFolders({ HOME: '/home/stefan', XDG_CONFIG_HOME: '/cfg' }, '/checkout').toString(),
    '/checkout,/etc/cradle/devices.d,/cfg/cradle/devices.d',
  );
});

test('all Match lines of a section must hold, and hold for one and the same way in', () => {
  const rules = rulesOf(
    '[Volume]\nMatchUsbId=054c:*\nMatchSubsystem=block\nMatchFact=fs.type=vfat;exfat\nKind=storage\n',
  );
  const usb = facts({ 'usb.id': '054C:0385', subsystem: 'usb', 'fs.type': 'vfat' });
  const block = facts({ 'usb.id': '054c:0385', subsystem: 'block', 'fs.type': 'ext4' });
  const good = facts({ 'usb.id': '054c:0385', 'udev.SUBSYSTEM': 'block', 'fs.type': 'exfat' });
  assert.equal(rules.match(usb, block).assignments.size, 0);
  assert.equal(rules.match(usb, good).assignments.get('Kind'), 'storage');
});

test('an empty assignment takes back what sections above have said', () => {
  const rules = rulesOf(
    '[A]\nMatchSubsystem=usb\nPlugin=storage\nProbe=at;mtp\nStore.a=/A *\n\n[B]\nMatchSubsystem=usb\nPlugin=\nProbe=\nStore.a=\n',
  );
  const match = rules.match(facts({ subsystem: 'usb' }));
  assert.equal(match.assignments.size, 0);
  assert.deepEqual(match.probes, []);
  assert.equal(match.origins.get('Plugin')?.title, 'B');
});

test('the probes of all sections that hold are wished for, each on the way in its section holds for', () => {
  const rules = rulesOf('[A]\nMatchSubsystem=tty\nProbe=at\n\n[B]\nMatchSubsystem=usb\nProbe=mtp;media-player-info\n');
  assert.deepEqual(rules.match(facts({ subsystem: 'usb' }), facts({ subsystem: 'tty' })).probes, [
    { name: 'at', view: 1 },
    { name: 'mtp', view: 0 },
    { name: 'media-player-info', view: 0 },
  ]);
});

const EACH: readonly (readonly [string, Readonly<Record<string, string>>, Readonly<Record<string, string>>])[] = [
  ['MatchUsbId=0421:04*;054C:0385', { 'usb.id': '054c:0385' }, { 'usb.id': '054c:0386' }],
  ['MatchUsbId=0421:04*', { 'usb.id': '0421:04F0' }, { 'usb.id': '0421:0508' }],
  ['MatchUsbInterface=08*;060101', { 'usb.interfaces': ':030000:080650:' }, { 'usb.interfaces': ':030108:' }],
  ['MatchUsbInterface=060101', { 'udev.ID_USB_INTERFACES': ':060101:' }, {}],
  ['MatchSubsystem=usb', { subsystem: 'usb' }, { subsystem: 'usbmisc' }],
  ['MatchUdev=ID_PDA=1', { 'udev.ID_PDA': '1' }, { 'udev.ID_PDA': '0' }],
  ['MatchUdev=ID_MEDIA_PLAYER=*', { 'udev.ID_MEDIA_PLAYER': 'x' }, {}],
  [
    'MatchService=00000002-0000-1000-8000-0002ee000002',
    { 'bluez.services': '00001105-0000;00000002-0000-1000-8000-0002EE000002' },
    { 'bluez.services': '' },
  ],
  ['MatchModalias=usb:v0421p*', { 'udev.MODALIAS': 'usb:v0421p0508d0100' }, { 'udev.MODALIAS': 'usb:v0422p0508' }],
  ['MatchManufacturer=Nokia*', { manufacturer: 'Nokia Oyj' }, { 'usb.manufacturer': 'Nokia', subsystem: 'tty' }],
  ['MatchModel=N95*;RM-*', { 'usb.product': 'RM-94', subsystem: 'usb' }, { model: 'XN95' }],
  ['MatchSerial=000000', { 'usb.serial': '000000' }, { 'usb.serial': '0000001' }],
  ['MatchFact=a.b=x=*;y', { 'a.b': 'x=1' }, { 'a.b': 'x' }],
];
for (const [line, holds, fails] of EACH)
  test(`${line} holds for what it names and for nothing else`, () => {
    const rules = rulesOf(`[S]\n${line}\nKind=pda\n`);
    assert.equal(rules.match(facts(holds)).assignments.get('Kind'), 'pda');
    assert.equal(rules.match(facts(fails)).assignments.size, 0);
    assert.equal(rules.match().assignments.size, 0);
  });

test('the trace tells of every section, with the first line that does not hold and what was there instead', () => {
  const rules = rulesOf(
    '[One]\nMatchUsbId=0421:0802\nMatchSubsystem=tty\nKind=phone\n\n[Two]\nMatchUsbId=0830:*\nKind=pda\n\n[Three]\nMatchModel=x\nKind=pda\n',
  );
  const { trace } = rules.match(
    facts({ 'usb.id': '0421:0802', subsystem: 'usb' }),
    facts({ 'usb.id': '0421:0802', subsystem: 'block' }),
  );
  assert.deepEqual(trace, [
    {
      section: 'One',
      file: '/rules/test.devices',
      line: 1,
      verdict: 'MatchSubsystem=tty does not hold: subsystem is "usb"',
    },
    {
      section: 'Two',
      file: '/rules/test.devices',
      line: 6,
      verdict: 'MatchUsbId=0830:* does not hold: usb.id is "0421:0802"',
    },
    {
      section: 'Three',
      file: '/rules/test.devices',
      line: 10,
      verdict: 'MatchModel=x does not hold: model is not known',
    },
  ]);
  assert.equal(rules.match(facts({ 'usb.id': '0830:0001' })).trace[1]?.verdict, 'applies');
});

test('sections found by USB id and others apply in the order of the file', () => {
  const rules = rulesOf(
    ['054c:0385', '*', '054c:*', '*', '054c:03*', '0421:*']
      .map((id, index) =>
        id === '*'
          ? `[s${index}]\nMatchSubsystem=*\nModel=s${index}\n`
          : `[s${index}]\nMatchUsbId=${id}\nModel=s${index}\n`,
      )
      .join('\n'),
  );
  const match = rules.match(facts({ 'usb.id': '054c:0385', subsystem: 'usb' }));
  assert.equal(match.assignments.get('Model'), 's4');
  assert.deepEqual(
    match.trace.filter(({ verdict }) => verdict === 'applies').map(({ section }) => section),
    ['s0', 's1', 's2', 's3', 's4'],
  );
});

test('the index finds what looking at every section finds', () => {
  const digit = fc.constantFrom('0', '1', 'a');
  const usbId = fc.tuple(digit, digit).map(([vendor, product]) => `054${vendor}:038${product}`);
  const pattern = fc.oneof(
    usbId,
    usbId.map((id) => `${id.slice(0, 5)}*`),
    usbId.map((id) => `${id.slice(0, 8)}*`),
  );
  const line = fc.oneof(
    fc.array(pattern, { minLength: 1, maxLength: 3 }).map((ids) => `MatchUsbId=${ids.join(';')}`),
    fc.constantFrom('MatchSubsystem=usb', 'MatchSubsystem=block', 'MatchUdev=ID_PDA=1'),
  );
  const section = fc.array(line, { minLength: 1, maxLength: 3 });
  const view = fc.record({ 'usb.id': usbId, subsystem: fc.constantFrom('usb', 'block') });
  fc.assert(
    fc.property(fc.array(section, { maxLength: 12 }), fc.array(view, { maxLength: 3 }), (sections, views) => {
      const rules = rulesOf(
        sections
          .map((lines, index) => `[${index}]\n${lines.join('\n')}\nStore.s${index}=/ *\nModel=m${index}\n`)
          .join('\n'),
      );
      const match = rules.match(...views.map(facts));
      const applied = match.trace.filter(({ verdict }) => verdict === 'applies').map(({ section: title }) => title);
      const assigned = [...match.assignments.keys()].flatMap((key) => /^Store\.s(\d+)$/.exec(key)?.[1] ?? []);
      assert.deepEqual(assigned, applied);
      assert.equal(match.assignments.get('Model'), applied.length === 0 ? undefined : `m${applied.at(-1)}`);
    }),
    { numRuns: 500 },
  );
});
