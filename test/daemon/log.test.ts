import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type LogLevel } from '../../src/daemon/log.js';

function logged(level: LogLevel, journal: boolean) {
  const lines: string[] = [];
  return { lines, log: createLog(level, journal, { write: (text) => lines.push(text) }) };
}

test('each line carries its level: a word for people, a number for the journal', () => {
  const people = logged('debug', false);
  people.log.warn('the card is full', { card: 'sdb1' });
  assert.deepEqual(people.lines, ['warn: the card is full card="sdb1"\n']);
  const journal = logged('debug', true);
  for (const level of ['error', 'warn', 'info', 'debug'] as const) journal.log[level]('x');
  assert.deepEqual(journal.lines, ['<3>x\n', '<4>x\n', '<6>x\n', '<7>x\n']);
});

test('what is below the level is left out', () => {
  const { lines, log } = logged('warn', false);
  log.info('x');
  log.debug('x');
  log.error('y');
  assert.deepEqual(lines, ['error: y\n']);
});

test('a newline in a device name does not forge a line of its own', () => {
  const { lines, log } = logged('info', true);
  log.info('plugged in Walkman\n<3>everything is lost', { name: 'a\nb' });
  assert.deepEqual(lines, ['<6>plugged in Walkman <3>everything is lost name="a\\nb"\n']);
});

test('an error is told with its causes and without a stack', () => {
  const { lines, log } = logged('info', false);
  log.error('no', { error: new Error('outer', { cause: new Error('inner') }) });
  assert.deepEqual(lines, ['error: no error="outer: inner"\n']);
});

test('a password that is part of a field is not written, however deep it lies', () => {
  const lines: string[] = [];
  const log = createLog('info', false, { write: (text) => lines.push(text) });
  log.info('logged in', {
    login: { user: 'alice', password: 'hunter2' },
    Password: 'hunter2',
    tries: [{ secret: 'hunter2' }],
  });
  assert.deepEqual(lines, [
    'info: logged in login={"user":"alice","password":"(hidden)"} Password="(hidden)" tries=[{"secret":"(hidden)"}]\n',
  ]);
});
