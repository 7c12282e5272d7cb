import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultSettings, loadSettings, readSettings } from '../../src/daemon/settings.js';
import { temporaryFolder } from '../support/tmp.js';

test('settings that are not there are the defaults, without complaint', async (t) => {
  const loaded = await loadSettings(join(await temporaryFolder(t), 'settings'));
  assert.deepEqual(loaded, { settings: defaultSettings, faults: [] });
});

test('settings that cannot be read are the defaults, with a complaint that names the file', async (t) => {
  const folder = await temporaryFolder(t);
  const { settings, faults } = await loadSettings(folder);
  assert.deepEqual(settings, defaultSettings);
  assert.equal(faults.length, 1);
  assert.ok(faults[0]?.startsWith(folder));
});

test('every setting is read', () => {
  const text = `[Daemon]\nLogLevel=debug\nSettleTime=1\nChangeDelay=2\nHistoryDays=3\nAtticDays=4\nAtticSize=5\n`;
  assert.deepEqual(readSettings(text, 'settings'), {
    settings: {
      logLevel: 'debug',
      settleTime: 1,
      changeDelay: 2,
      historyDays: 3,
      atticDays: 4,
      atticSize: 5,
      plugins: defaultSettings.plugins,
    },
    faults: [],
  });
});

test('what stands in the section of a plugin is over its defaults, and for that plugin alone', () => {
  const text =
    '[SyncML]\nListenAddress=127.0.0.1; ::1\nListenPath=/sync\nListenUrl=https://sync.example.org\nListenCertificate=/etc/c.pem\nListenKey=/etc/k.pem\n[Daemon]\nAtticDays=1\n';
  const { settings, faults } = readSettings(text, 'settings');
  assert.deepEqual(faults, []);
  assert.equal(settings.atticDays, 1);
  assert.deepEqual(
    [...settings.plugins].map(([plugin, keys]) => [plugin, Object.fromEntries(keys)]),
    [
      [
        'syncml',
        {
          ListenPort: '8219',
          ListenAddress: '127.0.0.1; ::1',
          ListenPath: '/sync',
          ListenUrl: 'https://sync.example.org',
          ListenCertificate: '/etc/c.pem',
          ListenKey: '/etc/k.pem',
        },
      ],
    ],
  );
});

const wrong: readonly (readonly [string, string])[] = [
  ['[Daemon]\nLogLevel=loud', 'f:2: LogLevel is error, warn, info or debug, not "loud"'],
  ['[Daemon]\nSettleTime=-1', 'f:2: SettleTime is a whole number from 0 to 60000, not "-1"'],
  ['[Daemon]\nSettleTime=1e3', 'f:2: SettleTime is a whole number from 0 to 60000, not "1e3"'],
  ['[Daemon]\nHistoryDays=0', 'f:2: HistoryDays is a whole number from 1 to 36500, not "0"'],
  ['[Daemon]\nColour=red', 'f:2: "Colour" is not a setting'],
  ['[SyncML]\nListenPort=65536', 'f:2: ListenPort is a port from 1 to 65535, not "65536"'],
  ['[SyncML]\nListenAddress=my.host', 'f:2: ListenAddress is one or more IP addresses of this machine, not "my.host"'],
  [
    '[SyncML]\nListenUrl=https://a:b@c/',
    'f:2: ListenUrl is the beginning of a URL, such as https://sync.example.org, not "https://a:b@c/"',
  ],
  ['[SyncML]\nLogLevel=debug', 'f:2: "LogLevel" is not a setting of [SyncML]'],
  ['[SyncML]\nconstructor=x', 'f:2: "constructor" is not a setting of [SyncML]'],
  ['[Demon]\nLogLevel=debug', 'f:1: [Demon] is not a section here'],
  ['LogLevel=debug', 'f:1: the line stands before the first [title]'],
];
for (const [text, complaint] of wrong)
  test(`the settings ${JSON.stringify(text)} are left out with file, line and reason`, () => {
    assert.deepEqual(readSettings(text, 'f'), { settings: defaultSettings, faults: [complaint] });
  });

test('one wrong line does not take the right ones with it', () => {
  const { settings, faults } = readSettings('[Daemon]\nSettleTime=x\nChangeDelay=7\n', 'f');
  assert.equal(settings.changeDelay, 7);
  assert.equal(faults.length, 1);
});
