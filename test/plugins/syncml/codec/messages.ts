import fc from 'fast-check';
import type { Element } from '../../../../src/plugins/syncml/codec/document.js';
import { DEVINF_TYPES } from '../../../../src/plugins/syncml/codec/media-types.js';
import { devinf, metinf, syncml } from './trees.js';

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019./_-:äж語'), minLength: 1, maxLength: 12 });

/** A card as phones send it: lines of CR LF, with markup and several scripts; without the end of a section, which libwbxml2 leaves as it is. */
const card = fc
  .array(fc.constantFrom('N:Novák;Maria', 'NOTE:a<b>&amp;c', 'FN:مريم', 'ORG:😀 "\'', ' folded', 'TEL:+49 30'), {
    maxLength: 8,
  })
  .map((lines) => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n'));

const location = (name: string): fc.Arbitrary<Element> => word.map((uri) => syncml(name, syncml('LocURI', uri)));

const item = fc.tuple(location('Source'), card).map(([source, data]) => syncml('Item', source, syncml('Data', data)));

const change = fc
  .tuple(fc.constantFrom('Add', 'Replace'), word, fc.array(item, { minLength: 1, maxLength: 3 }))
  .map(([name, id, items]) =>
    syncml(name, syncml('CmdID', id), syncml('Meta', metinf('Type', 'text/x-vcard')), ...items),
  );

const anchors = fc
  .tuple(word, word)
  .map(([last, next]) => syncml('Meta', metinf('Anchor', metinf('Last', last), metinf('Next', next))));

const alert = fc
  .tuple(word, location('Target'), location('Source'), anchors)
  .map(([id, target, source, meta]) =>
    syncml('Alert', syncml('CmdID', id), syncml('Data', '201'), syncml('Item', target, source, meta)),
  );

const store = fc
  .tuple(word, word)
  .map(([uri, type]) =>
    devinf(
      'DataStore',
      devinf('SourceRef', uri),
      devinf('Rx-Pref', devinf('CTType', type), devinf('VerCT', '2.1')),
      devinf('SyncCap', devinf('SyncType', '1'), devinf('SyncType', '2')),
    ),
  );

const put = fc
  .tuple(word, fc.array(store, { maxLength: 3 }), word)
  .map(([id, stores, model]) =>
    syncml(
      'Put',
      syncml('CmdID', id),
      syncml('Meta', metinf('Type', DEVINF_TYPES.wbxml)),
      syncml(
        'Item',
        syncml('Source', syncml('LocURI', './devinf12')),
        syncml('Data', devinf('DevInf', devinf('Mod', model), devinf('UTC'), ...stores)),
      ),
    ),
  );

const sync = fc
  .tuple(word, fc.array(change, { maxLength: 4 }))
  .map(([id, changes]) => syncml('Sync', syncml('CmdID', id), syncml('NumberOfChanges', '9'), ...changes));

/** Messages that a peer might send: every element where it may stand. */
export const messages: fc.Arbitrary<Element> = fc
  .tuple(location('Target'), location('Source'), fc.array(fc.oneof(alert, put, sync), { minLength: 1, maxLength: 4 }))
  .map(([target, source, commands]) =>
    syncml(
      'SyncML',
      syncml('SyncHdr', syncml('SessionID', '1'), target, source, syncml('Meta', metinf('MaxMsgSize', '10000'))),
      syncml('SyncBody', ...commands, syncml('Final')),
    ),
  );
