import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CradleError } from '../../../../src/dbus/errors.js';
import type { Node } from '../../../../src/plugins/syncml/codec/document.js';
import { decodeBase64, joinBase64 } from '../../../../src/plugins/syncml/message/base64.js';
import type { Command } from '../../../../src/plugins/syncml/message/message.js';
import { readMessage, writeMessage } from '../../../../src/plugins/syncml/message/message-tree.js';
import { contentOf, isElement, metinf, syncml } from '../codec/trees.js';
import { bodyOf, commandOf, documentOf, HEADER, headerWith } from './messages.js';

const readHeader = (others: Readonly<Record<string, readonly Node[] | undefined>>) =>
  readMessage(documentOf(syncml('SyncML', headerWith(others), syncml('SyncBody')))).header;

const fails = (work: () => unknown, sentence: RegExp): void => {
  assert.throws(work, (error) => {
    assert(error instanceof CradleError);
    assert.equal(error.code, 'InvalidItem');
    assert.match(error.message, sentence);
    return true;
  });
};

test('a message without what it is answered by is no message, and the element is named', () => {
  for (const name of ['VerDTD', 'VerProto', 'SessionID', 'MsgID', 'Target', 'Source']) {
    fails(() => readHeader({ [name]: undefined }), new RegExp(`SyncHdr is without a ${name}`));
  }
  for (const name of ['VerDTD', 'VerProto', 'SessionID', 'MsgID'])
    fails(() => readHeader({ [name]: [] }), new RegExp(`SyncHdr is without a ${name}`));
  fails(() => readHeader({ Target: [] }), /Target is without a LocURI/);
  fails(() => readMessage(documentOf(syncml('SyncML'))), /without a SyncHdr/);
  fails(() => readMessage(documentOf(syncml('SyncML', headerWith()))), /without a SyncBody/);
  fails(() => readMessage(documentOf(syncml('Add'))), /no SyncML message but "Add"/);
});

test('a message id of 0, of a thousand digits or of none is refused', () => {
  for (const id of ['0', '00', '-1', '1.5', '0x1', 'one', '9'.repeat(1000), '2147483648'])
    fails(() => readHeader({ MsgID: [id] }), /MsgID/);
  assert.equal(readHeader({ MsgID: [' 12\n'] }).messageId, 12);
  assert.equal(readHeader({ MsgID: [Buffer.from('12')] }).messageId, 12);
});

test('contradictions are refused: two headers, two bodies, two ids, two Finals', () => {
  const body = syncml('SyncBody');
  fails(() => readMessage(documentOf(syncml('SyncML', headerWith(), headerWith(), body))), /more than one SyncHdr/);
  fails(() => readMessage(documentOf(syncml('SyncML', headerWith(), body, body))), /more than one SyncBody/);
  fails(() => readMessage(bodyOf(syncml('Final'), syncml('Final'))), /more than one Final/);
  const twice = { ...headerWith(), children: [...headerWith().children, syncml('MsgID', '3')] };
  fails(() => readMessage(documentOf(syncml('SyncML', twice, body))), /more than one MsgID/);
});

test('a version that is none of ours is read as far as it can be answered', () => {
  const newer = readHeader({ VerDTD: ['1.3'], VerProto: ['SyncML/1.3'] });
  assert.equal(newer.refusal, 505);
  assert.equal(newer.version, '1.2');
  assert.equal(readHeader({ VerProto: ['DM/1.2'] }).refusal, 513);
  assert.equal(readHeader({ VerDTD: ['1.1'], VerProto: ['syncml/1.1'] }).version, '1.1');
  const { version, refusal } = readHeader({ VerDTD: ['1.0.1'], VerProto: ['SyncML/1.0.1'] });
  assert.deepEqual([version, refusal], ['1.0', undefined]);
});

test('sizes beyond what a number holds are the greatest that it can, and no error', () => {
  assert.equal(
    readHeader({ Meta: [metinf('MaxObjSize', '18446744073709551615')] }).meta?.maxObjSize,
    Number.MAX_SAFE_INTEGER,
  );
  fails(() => readHeader({ Meta: [metinf('MaxMsgSize', '1'.repeat(1000))] }), /MaxMsgSize/);
  fails(() => readHeader({ Meta: [metinf('MaxMsgSize', '-4')] }), /MaxMsgSize/);
});

test('what a peer wrote is quoted in an error shortly and without control characters', () => {
  fails(() => readHeader({ MsgID: [`a\u001b[31m${'x'.repeat(5000)}`] }), /^.{1,160}$/);
});

test('a Meta may wrap what it holds in a MetInf, and old phones leave namespaces out', () => {
  assert.equal(readHeader({ Meta: [metinf('MetInf', metinf('MaxMsgSize', '9000'))] }).meta?.maxMsgSize, 9000);
  assert.equal(readHeader({ Meta: [syncml('MaxMsgSize', '9000')] }).meta?.maxMsgSize, 9000);
});

test('one bad command is answered with its status and the others go on', () => {
  const { commands } = readMessage(
    bodyOf(
      syncml('Add', syncml('CmdID', '1'), syncml('Item', syncml('Data', 'a'))),
      syncml('Add', syncml('CmdID', '2')),
      syncml('Frobnicate', syncml('CmdID', '3')),
      syncml('Sync', syncml('CmdID', '4'), syncml('Sync', syncml('CmdID', '5')), syncml('Get', syncml('CmdID', '6'))),
      syncml('Delete', syncml('CmdID', '7'), syncml('Item', syncml('Source', syncml('LocName', 'no uri')))),
      syncml('Alert', syncml('CmdID', '8'), syncml('Data', 'two hundred')),
      syncml('Exec', syncml('CmdID', '9'), syncml('Item')),
      syncml('Final'),
    ),
  );
  const told = (list: readonly Command[]): unknown =>
    list.map((one) =>
      one.kind === 'Faulty'
        ? [one.id, one.name, one.code]
        : [one.id, one.kind, 'commands' in one && told(one.commands)],
    );
  assert.deepEqual(told(commands), [
    ['1', 'Add', false],
    ['2', 'Add', 412],
    ['3', 'Frobnicate', 406],
    [
      '4',
      'Sync',
      [
        ['5', 'Sync', 405],
        ['6', 'Get', 405],
      ],
    ],
    ['7', 'Delete', 412],
    ['8', 'Alert', 400],
    ['9', 'Exec', false],
  ]);
});

test('a command without an id of its own is faulty and has none that a status could name', () => {
  for (const command of [
    syncml('Add', syncml('Item')),
    syncml('Add', syncml('CmdID', '0'), syncml('Item')),
    syncml('Add', syncml('CmdID', '1'), syncml('CmdID', '2'), syncml('Item')),
    syncml('Add', syncml('CmdID', '1'.repeat(1000)), syncml('Item')),
  ]) {
    const found = commandOf(command);
    assert(found.kind === 'Faulty');
    assert.equal(found.id, '');
  }
});

test('a faulty Status asks for no Status', () => {
  for (const status of [
    syncml('Status', syncml('CmdID', '1')),
    syncml(
      'Status',
      syncml('CmdID', '1'),
      syncml('MsgRef', '1'),
      syncml('CmdRef', '1'),
      syncml('Cmd', 'Add'),
      syncml('Data', '99'),
    ),
  ]) {
    const found = commandOf(status);
    assert(found.kind === 'Faulty');
    assert.equal(found.noResp, true);
  }
});

test('groups within groups end somewhere', () => {
  let group = syncml('Atomic', syncml('CmdID', '1'));
  for (let depth = 2; depth < 40; depth += 1) group = syncml('Sequence', syncml('CmdID', String(depth)), group);
  let command: Command | undefined = commandOf(group);
  while (command?.kind === 'Sequence' || command?.kind === 'Atomic') [command] = command.commands;
  assert(command?.kind === 'Faulty');
  assert.equal(command.code, 405);
});

test('an Alert without a code is one for a two-way sync', () => {
  const alert = commandOf(syncml('Alert', syncml('CmdID', '1')));
  assert(alert.kind === 'Alert');
  assert.equal(alert.code, 200);
});

test('base64 is undone where the item or its command says so, and never where it is not that', () => {
  const add = (outer: readonly Node[], inner: readonly Node[], data: Node): unknown => {
    const command = commandOf(
      syncml('Add', syncml('CmdID', '1'), ...outer, syncml('Item', ...inner, syncml('Data', data))),
    );
    assert(command.kind === 'Add');
    return command.items[0]?.data;
  };
  const b64 = syncml('Meta', metinf('Format', 'b64'));
  const chr = syncml('Meta', metinf('Format', 'chr'));
  assert.deepEqual(add([b64], [], 'aGVs\r\nbG8='), new Uint8Array(Buffer.from('hello')));
  assert.deepEqual(add([], [b64], Buffer.from('aGVsbG8=')), new Uint8Array(Buffer.from('hello')));
  assert.equal(add([b64], [chr], 'aGVsbG8='), 'aGVsbG8=');
  assert.equal(add([], [], 'aGVsbG8='), 'aGVsbG8=');
  assert.equal(add([b64], [], 'aGVsbG8'), 'aGVsbG8');
  assert.equal(add([b64], [], 'no base64!'), 'no base64!');
  assert.deepEqual(add([], [], Buffer.of(0, 255)), Buffer.of(0, 255));
});

test('the parts of a large object in base64 are put together however they were cut', () => {
  const whole = Buffer.from('a photograph of 45 kB, or so it says');
  const text = whole.toString('base64');
  for (let cut = 0; cut <= text.length; cut += 1) {
    const parts = [text.slice(0, cut), text.slice(cut)].map((part) => decodeBase64(part, 'wanted') ?? part);
    assert.deepEqual(Buffer.from(joinBase64(parts) ?? []), whole, `cut at ${cut}`);
  }
  assert.deepEqual(joinBase64([Uint8Array.of(1), Uint8Array.of(2, 3)]), Buffer.of(1, 2, 3));
  assert.equal(joinBase64(['never', 'base64!']), undefined);
});

test('Data is one thing: an element among text or beside another is faulty', () => {
  const item = (...data: readonly Node[]) =>
    commandOf(syncml('Add', syncml('CmdID', '1'), syncml('Item', syncml('Data', ...data)))).kind;
  assert.equal(item('\n ', metinf('Anchor', metinf('Next', '1')), '\n'), 'Add');
  assert.equal(item('text', metinf('Anchor')), 'Faulty');
  assert.equal(item(metinf('Anchor'), metinf('Anchor')), 'Faulty');
  assert.equal(item(Buffer.of(1), metinf('Anchor')), 'Faulty');
});

test('a filter is read and written, but for one within another', () => {
  const record = { meta: { type: 'syncml:filtertype-cgi' }, data: '&iBirthday;' };
  const filter = { meta: { type: 'text/x-vcard' }, field: { data: 'N' }, record, type: 'EXCLUSIVE' };
  const root = writeMessage({
    header: HEADER,
    commands: [{ kind: 'Alert', id: '1', code: 200, items: [{ target: { uri: './contacts', filter } }] }],
    final: true,
  });
  const [alert] = readMessage(documentOf(root)).commands;
  assert(alert?.kind === 'Alert');
  assert.deepEqual(alert.items[0]?.target?.filter, filter);
  const nested = syncml(
    'Filter',
    syncml('Record', syncml('Item', syncml('Target', syncml('LocURI', 'a'), syncml('Filter')))),
  );
  const target = syncml('Target', syncml('LocURI', 'a'), nested);
  assert.equal(commandOf(syncml('Alert', syncml('CmdID', '1'), syncml('Item', target))).kind, 'Faulty');
});

test('what a version has no word for is left out where it only helps, and refused where it matters', () => {
  const header = { ...HEADER, version: '1.0', meta: { maxMsgSize: 5, maxObjSize: 6 } } as const;
  const sync = { kind: 'Sync', id: '1', numberOfChanges: 3, commands: [] } as const;
  const root = writeMessage({ header, commands: [sync], final: false });
  const names = (...path: readonly string[]) => contentOf(root, ...path).map((node) => isElement(node) && node.name);
  assert.deepEqual(names('SyncHdr', 'Meta'), ['MaxMsgSize']);
  assert.deepEqual(names('SyncBody', 'Sync'), ['CmdID']);

  const unsupported = (command: Command): void => {
    assert.throws(() => writeMessage({ header, commands: [command], final: false }), { code: 'Unsupported' });
  };
  unsupported({ kind: 'Add', id: '1', items: [{ data: 'a', moreData: true }] });
  unsupported({ kind: 'Move', id: '1', items: [] });
  unsupported({ kind: 'Exec', id: '1' });
});

test('octets of an id that are no UTF-8 still make an id, and different ones stay different', () => {
  const uriOf = (octets: Uint8Array): string | undefined => {
    const command = commandOf(
      syncml('Delete', syncml('CmdID', '1'), syncml('Item', syncml('Source', syncml('LocURI', octets)))),
    );
    assert(command.kind === 'Delete');
    return command.items[0]?.source?.uri;
  };
  assert.equal(uriOf(Buffer.from('Müller')), 'Müller');
  assert.notEqual(uriOf(Buffer.of(0xfc)), uriOf(Buffer.of(0xfd)));
});
