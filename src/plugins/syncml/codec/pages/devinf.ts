import type { CodePage } from '../code-page.js';

/** OMA SyncML Device Information 1.2, section 6: code page 0 of a document of its own. */
export const DEVINF: CodePage = {
  vocabulary: 'devinf',
  namespace: 'syncml:devinf',
  versioned: false,
  names: [
    ['CTCap', 'CTType', 'DataStore', 'DataType', 'DevID', 'DevInf', 'DevTyp', 'DisplayName', 'DSMem', 'Ext', 'FwV'],
    ['HwV', 'Man', 'MaxGUIDSize', 'MaxID', 'MaxMem', 'Mod', 'OEM', 'ParamName'],
    ['PropName', 'Rx', 'Rx-Pref', 'SharedMem', 'Size', 'SourceRef', 'SwV', 'SyncCap'],
    ['SyncType', 'Tx', 'Tx-Pref', 'ValEnum', 'VerCT', 'VerDTD', 'XNam', 'XVal'],
    ['UTC', 'SupportNumberOfChanges', 'SupportLargeObjs', 'Property', 'PropParam', 'MaxOccur', 'NoTruncate', undefined],
    ['Filter-Rx', 'FilterCap', 'FilterKeyword', 'FieldLevel', 'SupportHierarchicalSync'],
  ],
  // The token is the same, the name is not: Size became MaxSize when properties got elements of their own.
  renamed: { '1.2': { Size: 'MaxSize' } },
};
