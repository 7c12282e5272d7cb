import type { Element } from '../../../src/plugins/syncml/codec/document.js';
import type { PhoneStore } from './store.js';

const el = (name: string, ...children: readonly (Element | string)[]): Element => ({
  vocabulary: 'devinf',
  name,
  children,
});

/** Device Information 1.1, section 5: what a Nokia of 2005 says of itself, in the flat lists of that version. */
export function deviceInformation(
  version: string,
  imei: string,
  stores: readonly PhoneStore[],
  tellsCount: boolean,
): Element {
  return el(
    'DevInf',
    el('VerDTD', version),
    el('Man', 'NOKIA'),
    el('Mod', 'Nokia 6021'),
    el('SwV', 'V 03.87'),
    el('HwV', '0402'),
    el('DevID', imei),
    el('DevTyp', 'phone'),
    ...(version === '1.0' ? [] : [el('SupportLargeObjs')]),
    ...(tellsCount && version !== '1.0' ? [el('SupportNumberOfChanges')] : []),
    ...stores.map(datastore),
    el('CTCap', ...stores.flatMap(capabilities)),
  );
}

/** Made by somebody who never read the specification. */
export function brokenInformation(): Element {
  return el(
    'DevInf',
    el('VerDTD', '7'),
    el('Man'),
    el('Mod', '\u0007'),
    el('DevTyp', ''),
    el('DataStore', el('DisplayName', 'no name')),
    el('DataStore', el('SourceRef', 'Contacts'), el('MaxGUIDSize', 'many'), el('Rx-Pref'), el('SyncCap')),
    el('CTCap', el('PropName', 'N'), el('ValEnum', 'x'), el('CTType'), el('PropName')),
    el('Ext', el('XNam', 'Nokia')),
  );
}

function datastore({ shelf: { uri, type, version } }: PhoneStore): Element {
  const content = [el('CTType', type), el('VerCT', version)];
  return el(
    'DataStore',
    el('SourceRef', uri),
    el('DisplayName', uri),
    el('MaxGUIDSize', '8'),
    el('Rx-Pref', ...content),
    el('Tx-Pref', ...content),
    el('SyncCap', ...['1', '2', '7'].map((kind) => el('SyncType', kind))),
  );
}

function capabilities({ shelf: { type, version, keeps, parameters } }: PhoneStore): readonly Element[] {
  if (keeps === undefined) return [];
  const properties = [...keeps].flatMap((name) => {
    const head = el('PropName', name);
    switch (name) {
      case 'BEGIN':
      case 'END':
        return [
          head,
          ...(type === 'text/x-vcard' ? ['VCARD'] : ['VCALENDAR', 'VEVENT', 'VTODO']).map((one) => el('ValEnum', one)),
        ];
      case 'VERSION':
        return [head, el('ValEnum', version)];
      case 'TEL':
        return [head, ...[...parameters].map((one) => el('ParamName', one))];
      default:
        return [head];
    }
  });
  return [el('CTType', type), ...properties];
}
