import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOUNTINFO, parseMounts, readMounts } from '../../../src/plugins/storage/mounts.js';

test('names with spaces, tabs, newlines, backslashes and other scripts are read from mountinfo', () => {
  const line =
    '97 25 8:17 / /media/anna/MY\\040STICK\\011\\012\\134 rw,nosuid,nodev shared:52 master:3 - vfat /dev/sdb1 rw,uid=1000\n' +
    '98 25 8:18 / /media/anna/Müller ro,relatime - ext4 /dev/sdb2 rw\n' +
    '99 25 8:19 /sub /media/anna/bound rw - ext4 /dev/sdb3 ro\n' +
    'nonsense\n1 2 3\n\n- - -';
  assert.deepEqual(parseMounts(Buffer.from(line)), [
    {
      device: '8:17',
      root: '/',
      point: '/media/anna/MY STICK\t\n\\',
      type: 'vfat',
      source: '/dev/sdb1',
      readOnly: false,
    },
    { device: '8:18', root: '/', point: '/media/anna/Müller', type: 'ext4', source: '/dev/sdb2', readOnly: true },
    { device: '8:19', root: '/sub', point: '/media/anna/bound', type: 'ext4', source: '/dev/sdb3', readOnly: true },
  ]);
});

test('the mounts of this very machine can be read', async () => {
  assert((await readMounts(MOUNTINFO)).some(({ point }) => point === '/'));
});
