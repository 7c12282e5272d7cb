import fc from 'fast-check';
import type { Element, Node } from '../../../../src/plugins/syncml/codec/document.js';
import { isElement } from '../codec/trees.js';

/** What hostile or broken peers put where something else belongs. */
const NASTY: readonly Node[] = [
  '',
  ' ',
  '0',
  '-1',
  '4294967296',
  '9'.repeat(1000),
  'x'.repeat(300),
  '\u0000\u001b[31m',
  '😀',
  '__proto__',
  'constructor',
  'b64',
  '=',
  'AAAA',
  Uint8Array.of(),
  Uint8Array.of(0, 255, 254),
  Buffer.from('text'),
];

const NAMES =
  `SyncML SyncHdr SyncBody Add Alert Atomic Chal Cmd CmdID CmdRef Copy Cred Data Delete Exec Final Get Item LocURI
  Map MapItem Meta MoreData Move MsgID MsgRef NoResp NumberOfChanges Put Replace RespURI Results Search Sequence SessionID
  SftDel Source SourceRef Status Sync Target TargetRef VerDTD VerProto Filter Field Record Correlator SourceParent
  Anchor Next Last Format Type Size Mem FreeMem FreeID NextNonce MaxMsgSize MaxObjSize EMI MetInf FieldLevel
  DevInf DataStore CTCap CTType Property PropName PropParam ParamName ValEnum Rx-Pref Tx VerCT SyncCap SyncType DSMem
  MaxMem MaxSize DevID Nonsense toString __proto__`.split(/\s+/);

interface Change {
  /** Which node, counted through the tree and round again. */
  readonly at: number;
  readonly how: 'drop' | 'double' | 'rename' | 'replace' | 'insert' | 'nest';
  readonly name: string;
  readonly node: Node;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(2000),
  how: fc.constantFrom('drop', 'double', 'rename', 'replace', 'insert', 'nest'),
  name: fc.constantFrom(...NAMES),
  node: fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 20 })),
});

/** Trees of a peer with a few things gone wrong in them. */
export const mutants = (roots: readonly Element[]): fc.Arbitrary<Element> =>
  fc
    .tuple(fc.constantFrom(...roots), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([root, changes]) => changes.reduce(apply, root));

const count = (node: Node): number =>
  isElement(node) ? node.children.reduce((sum, child) => sum + count(child), 1) : 1;

function apply(root: Element, { at, how, name, node: nasty }: Change): Element {
  let left = at % count(root);
  const visit = (node: Node): readonly Node[] => {
    const here = left === 0;
    left -= 1;
    if (here) {
      switch (how) {
        case 'drop':
          return [];
        case 'double':
          return [node, node];
        case 'rename':
          return [isElement(node) ? { ...node, name } : nasty];
        case 'replace':
          return [nasty];
        case 'insert':
          return [node, { vocabulary: 'syncml', name, children: [nasty] }];
        case 'nest':
          return [{ vocabulary: 'syncml', name, children: [node] }];
      }
    }
    return [isElement(node) ? { ...node, children: node.children.flatMap(visit) } : node];
  };
  const [first] = visit(root);
  return first !== undefined && isElement(first) ? first : root;
}
