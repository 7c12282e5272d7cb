import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partners } from './accounts-bed.js';

const card = (name: string, more = ''): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nN:${name};;;;\r\nFN:${name}\r\n${more}END:VCARD\r\n`;
const event = (uid: string, summary: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260301T100000Z\r\nDTEND:20260301T110000Z\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

const names = (cards: readonly string[]): readonly string[] =>
  cards.map((text) => /^(?:FN|SUMMARY):(.*)$/m.exec(text)?.[1]?.trim() ?? text).sort();

for (const options of [
  { Version: '1.2', Encoding: 'wbxml' },
  { Version: '1.2', Encoding: 'xml' },
  { Version: '1.1', Encoding: 'wbxml' },
  { Version: '1.0', Encoding: 'xml' },
])
  test(`two of us sync contacts, calendar and notes over HTTP, SyncML ${options.Version} in ${options.Encoding}`, async (t) => {
    const { server, client, sync, connect } = await partners(t);
    server.put('contacts', card('Server'));
    client.put('contacts', card('Client', 'TEL;TYPE=CELL:+49 170 1\r\n'));
    server.put('calendar', event('e1', 'Meeting'));
    client.put('notes', 'a note');
    await sync(options);
    for (const desk of [server, client]) {
      assert.deepEqual(names(desk.contents('contacts')), ['Client', 'Server']);
      assert.deepEqual(names(desk.contents('calendar')), ['Meeting']);
      assert.deepEqual(desk.contents('notes'), ['a note']);
    }
    await sync(options);
    assert.equal(server.contents('contacts').length, 2);
    const peer = await connect({ options });
    assert.equal(peer.evidence.get('syncml.manufacturer'), 'Cradle');
    await peer[Symbol.asyncDispose]();
  });
