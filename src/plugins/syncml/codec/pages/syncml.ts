import type { CodePage } from '../code-page.js';

/** OMA SyncML Representation Protocol 1.2, section 8.4.1: code page 0 of its document. */
export const SYNCML: CodePage = {
  vocabulary: 'syncml',
  namespace: 'SYNCML:SYNCML',
  versioned: true,
  names: [
    ['Add', 'Alert', 'Archive', 'Atomic', 'Chal', 'Cmd', 'CmdID', 'CmdRef', 'Copy', 'Cred', 'Data'],
    ['Delete', 'Exec', 'Final', 'Get', 'Item', 'Lang', 'LocName', 'LocURI'],
    ['Map', 'MapItem', 'Meta', 'MsgID', 'MsgRef', 'NoResp', 'NoResults', 'Put'],
    ['Replace', 'RespURI', 'Results', 'Search', 'Sequence', 'SessionID', 'SftDel', 'Source'],
    ['SourceRef', 'Status', 'Sync', 'SyncBody', 'SyncHdr', 'SyncML', 'Target', 'TargetRef'],
    [undefined, 'VerDTD', 'VerProto', 'NumberOfChanges', 'MoreData'],
    ['Field', 'Filter', 'Record', 'FilterType', 'SourceParent', 'TargetParent', 'Move', 'Correlator'],
  ],
};
