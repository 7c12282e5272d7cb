import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRules } from '../../src/hal/rules.js';
import { vocabulary } from './vocabulary.js';

const FILE = '/etc/cradle/devices.d/90-site.devices';

/** What is wrong, the lines of a section from its title on, the line that is complained about, and the complaint. */
const WRONG: readonly (readonly [string, string, number, string])[] = [
  ['an unknown match key', 'MatchColour=red\nKind=phone', 2, 'there is no match key MatchColour'],
  ['an unknown key', 'MatchSubsystem=usb\nColour=red', 3, 'there is no key Colour'],
  [
    'a USB id that is none',
    'MatchUsbId=54c:385\nKind=phone',
    2,
    'MatchUsbId wants vendor and product in four hex digits each, such as 054c:0385 or 054c:*, not "54c:385"',
  ],
  [
    'a wildcard for the vendor',
    'MatchUsbId=*\nKind=phone',
    2,
    'MatchUsbId wants vendor and product in four hex digits each, such as 054c:0385 or 054c:*, not "*"',
  ],
  [
    'one bad alternative among good ones',
    'MatchUsbId=054c:0385;;0421:*\nKind=phone',
    2,
    'MatchUsbId wants vendor and product in four hex digits each, such as 054c:0385 or 054c:*, not ""',
  ],
  [
    'a USB interface that is none',
    'MatchUsbInterface=:060101:\nKind=phone',
    2,
    'MatchUsbInterface wants class, subclass and protocol in two hex digits each, such as 080650 or 08*, not ":060101:"',
  ],
  [
    'a Bluetooth service that is none',
    'MatchService=SyncML Client\nKind=phone',
    2,
    'MatchService wants a Bluetooth UUID in lower-case hex digits, not "SyncML Client"',
  ],
  ['a match without a pattern', 'MatchModel=\nKind=phone', 2, 'MatchModel wants a text, not ""'],
  ['a property without a pattern', 'MatchUdev=ID_PDA\nKind=pda', 2, 'MatchUdev wants <name>=<pattern>, not "ID_PDA"'],
  ['a fact without a name', 'MatchFact==x\nKind=pda', 2, 'MatchFact wants <name>=<pattern>, not "=x"'],
  [
    'a match after an assignment',
    'MatchSubsystem=usb\nKind=pda\nMatchUdev=ID_PDA=1',
    4,
    'MatchUdev stands after an assignment, and Match lines come first',
  ],
  ['no match', 'Kind=pda', 1, 'the section has no Match line; MatchSubsystem=* means every device'],
  ['nothing assigned', 'MatchSubsystem=usb', 1, 'the section assigns nothing'],
  ['a key assigned twice', 'MatchSubsystem=usb\nKind=pda\nModel=x\nKind=phone', 5, 'Kind is assigned twice'],
  [
    'a plugin option twice in two spellings',
    'MatchSubsystem=usb\nSyncML.Retries=1\nsyncml.Retries=2',
    4,
    'syncml.Retries is assigned twice',
  ],
  [
    'an unknown kind',
    'MatchSubsystem=usb\nKind=telephone',
    3,
    'Kind wants one of phone, pda, player, camera, tablet, storage, account, unknown, not "telephone"',
  ],
  [
    'an icon that is a path',
    'MatchSubsystem=usb\nIcon=/tmp/x.png',
    3,
    'Icon wants a name of the icon naming specification, not "/tmp/x.png"',
  ],
  ['an unknown plugin', 'MatchSubsystem=usb\nPlugin=mtp2', 3, 'Plugin names mtp2, and there is no such plugin'],
  [
    'an unknown transport',
    'MatchSubsystem=usb\nTransport=smoke',
    3,
    'Transport names smoke, and there is no such transport',
  ],
  ['an unknown probe', 'MatchSubsystem=usb\nProbe=at;xt', 3, 'Probe names xt, and there is no such probe'],
  ['an unknown starter', 'MatchSubsystem=usb\nStartedBy=user', 3, 'StartedBy wants one of us, device, not "user"'],
  [
    'an owner that is no login',
    'MatchSubsystem=usb\nOwner=Stefan Müller',
    3,
    'Owner wants seat, ask or a login name, not "Stefan Müller"',
  ],
  [
    'a device id that is no fact',
    'MatchSubsystem=usb\nDeviceId=the serial',
    3,
    'DeviceId wants the name of a fact, not "the serial"',
  ],
  [
    'something else than true or false',
    'MatchSubsystem=usb\nIgnore=yes',
    3,
    'Ignore wants one of true, false, not "yes"',
  ],
  [
    'a store without a content type',
    'MatchSubsystem=usb\nStore.photos=/DCIM',
    3,
    'Store.photos wants an address and a content type, not "/DCIM"',
  ],
  [
    'a store with a content type that is none',
    'MatchSubsystem=usb\nStore.music=/My Music',
    3,
    'Store.music wants a content type such as image/* at its end, not "Music"',
  ],
  [
    'a store with a name in capitals',
    'MatchSubsystem=usb\nStore.Photos=/DCIM image/*',
    3,
    'Store.Photos wants a name of lower-case letters, digits and hyphens after the dot',
  ],
  [
    'a fact that is not closed',
    `MatchSubsystem=usb\nStore.music=\${mpi.audio-folder:-/Music audio/*`,
    3,
    `Store.music holds "\${" that is no \${fact} and no \${fact:-default}: "\${mpi.audio-folder:-/Music"`,
  ],
  ['a model that is too long', `MatchSubsystem=usb\nModel=${'x'.repeat(121)}`, 3, 'Model wants at most 120 characters'],
  [
    'an option of no plugin',
    'MatchSubsystem=usb\nTelepathy.Speed=9',
    3,
    'Telepathy.Speed names Telepathy, and there is no such plugin',
  ],
  [
    'an option its plugin does not declare',
    'MatchSubsystem=usb\nStorage.Speed=9',
    3,
    'the plugin storage has no option Speed',
  ],
  [
    'an option of the wrong type',
    'MatchSubsystem=usb\nStorage.ImportOnly=1',
    3,
    'storage.ImportOnly wants true or false, not "1"',
  ],
  ['a number that is none', 'MatchSubsystem=usb\nSyncML.Retries=many', 3, 'syncml.Retries wants a number, not "many"'],
  ['a name every object has', 'MatchSubsystem=usb\nconstructor=x', 3, 'there is no key constructor'],
  [
    'an option every object has',
    'MatchSubsystem=usb\nStorage.toString=x',
    3,
    'the plugin storage has no option toString',
  ],
];

for (const [what, lines, line, reason] of WRONG)
  test(`${what} costs its section, and the complaint names file, line and reason`, () => {
    const text = `[Wrong]\n${lines}\n\n[Right]\nMatchSubsystem=usb\nKind=phone\n`;
    const { sections, complaints } = readRules(text, FILE, vocabulary);
    assert.deepEqual(complaints, [{ file: FILE, line, section: 'Wrong', reason }]);
    assert.deepEqual(
      sections.map(({ title }) => title),
      ['Right'],
    );
  });

test('a title that stands twice costs the second section', () => {
  const section = '[Twin]\nMatchSubsystem=usb\nKind=phone\n';
  const { sections, complaints } = readRules(`${section}\n${section}`, FILE, vocabulary);
  assert.equal(sections.length, 1);
  assert.deepEqual(complaints, [
    { file: FILE, line: 5, section: 'Twin', reason: 'the title already stands in line 1' },
  ]);
});

test('complaints about lines and about their meaning come in the order of the file', () => {
  const { complaints } = readRules('[A]\nKind=x\n[B\n[C]\nMatchModel=a\nwhat\n', FILE, vocabulary);
  assert.deepEqual(
    complaints.map(({ line }) => line),
    [2, 3, 6],
  );
});
