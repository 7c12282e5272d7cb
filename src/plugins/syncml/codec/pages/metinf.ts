import type { CodePage } from '../code-page.js';

/** OMA SyncML Meta-Information 1.2, section 7: code page 1 of a SyncML document. */
export const METINF: CodePage = {
  vocabulary: 'metinf',
  namespace: 'syncml:metinf',
  versioned: false,
  names: [
    ['Anchor', 'EMI', 'Format', 'FreeID', 'FreeMem', 'Last', 'Mark', 'MaxMsgSize', 'Mem', 'MetInf', 'Next'],
    ['NextNonce', 'SharedMem', 'Size', 'Type', 'Version', 'MaxObjSize', 'FieldLevel'],
  ],
};
