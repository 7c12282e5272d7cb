import fc from 'fast-check';
import type { Element, Node, Version, Vocabulary } from '../../../../src/plugins/syncml/codec/document.js';

export const isElement = (node: Node): node is Element => typeof node === 'object' && !(node instanceof Uint8Array);

export const element = (vocabulary: Vocabulary, name: string, ...children: readonly Node[]): Element => ({
  vocabulary,
  name,
  children,
});

export const syncml = (name: string, ...children: readonly Node[]): Element => element('syncml', name, ...children);
export const metinf = (name: string, ...children: readonly Node[]): Element => element('metinf', name, ...children);
export const devinf = (name: string, ...children: readonly Node[]): Element => element('devinf', name, ...children);

/** The tree with octets as the text that they are: XML knows nothing else. */
export const asText = (root: Element): Element => ({
  ...root,
  children: root.children.map((node) => {
    if (typeof node === 'string') return node;
    return node instanceof Uint8Array ? Buffer.from(node).toString() : asText(node);
  }),
});

/** A message with one item of that content. */
export const messageWith = (data: Node, version: Version = '1.2'): Element =>
  syncml(
    'SyncML',
    syncml('SyncHdr', syncml('VerDTD', version), syncml('VerProto', `SyncML/${version}`), syncml('SessionID', '1')),
    syncml(
      'SyncBody',
      syncml(
        'Add',
        syncml('CmdID', '1'),
        syncml('Meta', metinf('Type', 'text/x-vcard')),
        syncml('Item', syncml('Source', syncml('LocURI', '4')), syncml('Data', data)),
      ),
      syncml('Final'),
    ),
  );

export const contentOf = (root: Element, ...path: readonly string[]): readonly Node[] => {
  const [first, ...rest] = path;
  if (first === undefined) return root.children;
  const child = root.children.filter(isElement).find(({ name }) => name === first);
  return child === undefined ? [] : contentOf(child, ...rest);
};

/** What the one item of `messageWith` holds. */
export const itemOf = (root: Element): readonly Node[] => contentOf(root, 'SyncBody', 'Add', 'Item', 'Data');

const NAMES: Readonly<Record<Vocabulary, readonly string[]>> = {
  syncml: ['Add', 'CmdID', 'Item', 'LocURI', 'Meta', 'Source', 'Sync', 'Status', 'Atomic', 'MoreData', 'Target'],
  metinf: ['Anchor', 'Type', 'Format', 'Next', 'MaxObjSize', 'Mem'],
  devinf: ['DataStore', 'Rx-Pref', 'CTCap', 'UTC', 'ValEnum', 'SyncCap', 'Ext', 'XNam'],
};

/** Any text that XML can carry. */
export const anyText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML leaves out
  .map((text) => `x${text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')}`);

/** Text of a card: line ends, markup, quotes, several scripts, and what looks like the end of something. */
export const cardText = fc
  .array(
    fc.constantFrom(
      'BEGIN:VCARD\r\n',
      'N:Novák;Maria\r\n',
      'NOTE:a<b>&amp;c\r\n',
      'X:]]>\r\n',
      'FN:مريم\n',
      '😀',
      '"\'',
      '\t',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((lines) => `${lines.join('')}END:VCARD\r\n`);

const octets = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Uint8Array.of(0xff, ...bytes));

function tree(vocabulary: Vocabulary, names: fc.Arbitrary<string>, leaf: fc.Arbitrary<Node>): fc.Arbitrary<Element> {
  const { node } = fc.letrec<{ readonly node: Element }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc
        .record({ name: names, children: fc.array(leaf, { maxLength: 1 }) })
        .map(({ name, children }): Element => ({ vocabulary, name, children })),
      fc
        .record({ name: names, children: fc.array(tie('node'), { minLength: 1, maxLength: 5 }) })
        .map(({ name, children }): Element => ({ vocabulary, name, children })),
    ),
  }));
  return node;
}

const named = (vocabulary: Vocabulary, literals: boolean): fc.Arbitrary<string> => {
  const known = fc.constantFrom(...NAMES[vocabulary]);
  return literals ? fc.oneof({ weight: 9, arbitrary: known }, fc.constantFrom('X-Vendor', 'Own.Thing')) : known;
};

/** Documents of SyncML as they come back from each encoding: no empty texts, no layout. */
export function documents({ binary = false, literals = false, text = anyText } = {}): fc.Arbitrary<Element> {
  const content = (vocabulary: Vocabulary): fc.Arbitrary<Element> =>
    tree(vocabulary, named(vocabulary, literals), text);
  const data = fc.oneof(
    text,
    content('metinf'),
    fc.array(content('devinf'), { maxLength: 4 }).map((children) => element('devinf', 'DevInf', ...children)),
    ...(binary ? [octets] : []),
  );
  const item = data.map((node) => syncml('Item', syncml('Data', node)));
  const meta = fc.array(content('metinf'), { maxLength: 3 }).map((children) => syncml('Meta', ...children));
  const part = fc.oneof(content('syncml'), item, meta);
  return fc
    .tuple(fc.array(part, { maxLength: 3 }), fc.array(part, { maxLength: 8 }))
    .map(([header, body]) => syncml('SyncML', syncml('SyncHdr', ...header), syncml('SyncBody', ...body)));
}

export const versions = fc.constantFrom<Version>('1.0', '1.1', '1.2');
