import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { decodeDocument, encodeDocument } from '../src/plugins/syncml/codec/codec.js';
import type { Element, Vocabulary } from '../src/plugins/syncml/codec/document.js';
import { temporaryFolder } from '../test/support/tmp.js';
import type { BenchmarkContext } from './benchmark.js';
import type { Aim } from './figure.js';
import { type Direction, type Libwbxml, libwbxml } from './libwbxml.js';
import { least, median } from './statistics.js';

/** How many times as long as libwbxml2 we may take. */
const SIZES: readonly { readonly contacts: number; readonly most: number; readonly rounds: number }[] = [
  { contacts: 1_000, most: 2, rounds: 9 },
  { contacts: 10_000, most: 1, rounds: 5 },
];
/** Conversions in a round. */
const TIMES = 3;

/** One message with many contacts, read and written in this process and by libwbxml2, in turns. */
export async function wbxml(context: BenchmarkContext): Promise<void> {
  const folder = await temporaryFolder(context.scope, 'cradle-bench-');
  const peer = await libwbxml(context.scope, folder);
  for (const size of SIZES) await contest(context, peer, folder, size);
}

async function contest(
  { tell, note }: BenchmarkContext,
  peer: Libwbxml,
  folder: string,
  { contacts, most, rounds }: (typeof SIZES)[number],
): Promise<void> {
  const root = message(contacts);
  const [asWbxml, asXml] = [encodeDocument(root, 'wbxml', '1.2'), encodeDocument(root, 'xml', '1.2')];
  const [wbxmlFile, xmlFile] = [join(folder, 'message.wbxml'), join(folder, 'message.xml')];
  await writeFile(wbxmlFile, asWbxml);
  await writeFile(xmlFile, asXml);
  note(`${contacts} contacts: ${asWbxml.length} octets of WBXML, ${asXml.length} of XML; ${rounds} rounds`);

  const ours = new Map<string, number[]>();
  const theirs: Readonly<Record<Direction, number[]>> = { 'to-xml': [], 'to-wbxml': [] };
  const timed = (name: string, work: () => unknown): void => {
    const times = ours.get(name) ?? [];
    ours.set(name, times);
    for (let run = 0; run < TIMES; run++) {
      const began = performance.now();
      work();
      times.push(performance.now() - began);
    }
  };
  for (let round = 0; round < rounds; round++) {
    timed('decode', () => decodeDocument(asWbxml, 'wbxml'));
    timed('to-xml', () => encodeDocument(decodeDocument(asWbxml, 'wbxml').root, 'xml', '1.2'));
    theirs['to-xml'].push(...(await peer.convert('to-xml', wbxmlFile, TIMES)));
    timed('encode', () => encodeDocument(root, 'wbxml', '1.2'));
    timed('to-wbxml', () => encodeDocument(decodeDocument(asXml, 'xml').root, 'wbxml', '1.2'));
    theirs['to-wbxml'].push(...(await peer.convert('to-wbxml', xmlFile, TIMES)));
  }

  // The first round is warming up, for both.
  const warm = (times: readonly number[]): readonly number[] => times.slice(TIMES);
  // Its decoder writes XML, and its encoder reads it; ours stand beside them with XML and without.
  for (const [name, work, aim] of [
    ['decode', 'to-xml', { of: 'ratio', most }],
    ['encode', 'to-wbxml', { of: 'ratio', most }],
    ['to-xml', 'to-xml', undefined],
    ['to-wbxml', 'to-wbxml', undefined],
  ] as const satisfies readonly (readonly [string, Direction, Aim | undefined])[]) {
    const times = warm(ours.get(name) ?? []);
    tell({
      name: `syncml/wbxml-${contacts}-${name}`,
      value: median(times),
      least: least(times),
      runs: times.length,
      unit: 'ms',
      peer: `${peer.name} ${work}`,
      peerValue: median(warm(theirs[work])),
      ...(aim === undefined ? {} : { aim }),
    });
  }
}

/** The first package of a slow sync, with contacts of 440 octets. */
function message(contacts: number): Element {
  const adds = Array.from({ length: contacts }, (_, number) =>
    syncml(
      'Add',
      syncml('CmdID', String(number + 5)),
      syncml('Meta', element('metinf', 'Type', 'text/vcard')),
      syncml('Item', syncml('Source', syncml('LocURI', `c${number}`)), syncml('Data', card(number))),
    ),
  );
  return syncml(
    'SyncML',
    syncml(
      'SyncHdr',
      syncml('VerDTD', '1.2'),
      syncml('VerProto', 'SyncML/1.2'),
      syncml('SessionID', '5'),
      syncml('MsgID', '2'),
      syncml('Target', syncml('LocURI', 'http://localhost/sync')),
      syncml('Source', syncml('LocURI', 'bench')),
    ),
    syncml('SyncBody', syncml('Sync', syncml('CmdID', '4'), ...adds), syncml('Final')),
  );
}

const element = (vocabulary: Vocabulary, name: string, ...children: readonly (Element | string)[]): Element => ({
  vocabulary,
  name,
  children,
});

const syncml = (name: string, ...children: readonly (Element | string)[]): Element =>
  element('syncml', name, ...children);

const card = (number: number): string =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    'REV:20100328T103410Z',
    `N:Novák-${number};Maria;;;`,
    `FN:Maria Novák-${number}`,
    'TITLE:Engineer 9',
    'ORG:Example 21 Ltd;Dept 9;;',
    'TEL;TYPE=WORK,VOICE:+49 30 8152513',
    'TEL;TYPE=CELL:+49 170 6793667',
    `EMAIL;TYPE=WORK,INTERNET:contact${number}@example.org`,
    `EMAIL;TYPE=HOME,INTERNET:home${number}@example.net`,
    'ADR;TYPE=WORK:;;78 Main Street;Springfield;;72468;Germany',
    'BDAY:19720418',
    `NOTE:Generated contact number ${number}.`,
    'END:VCARD',
    '',
  ].join('\r\n');
