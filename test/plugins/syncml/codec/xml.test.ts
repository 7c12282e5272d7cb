import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDocument, encodeDocument, recognise } from '../../../../src/plugins/syncml/codec/codec.js';
import type { Document, Node } from '../../../../src/plugins/syncml/codec/document.js';
import { charsetOf, encodingOf } from '../../../../src/plugins/syncml/codec/media-types.js';
import { contentOf, devinf, itemOf, messageWith, metinf, syncml } from './trees.js';

const read = (text: string): Document => decodeDocument(Buffer.from(text), 'xml');

const dataOf = (content: string): readonly Node[] =>
  contentOf(read(`<SyncML xmlns="SYNCML:SYNCML1.2"><Data>${content}</Data></SyncML>`).root, 'Data');

const broken = (pattern: RegExp, text: string): void =>
  assert.throws(() => read(text), { code: 'InvalidItem', message: pattern });

test('the namespace names the version, in any case, and else the document type does', () => {
  for (const version of ['1.0', '1.1', '1.2'] as const) {
    assert.equal(read(`<SyncML xmlns="SYNCML:SYNCML${version}"/>`).version, version);
    assert.equal(read(`<s:SyncML xmlns:s='syncml:syncml${version}'></s:SyncML>`).version, version);
    const doctype = `<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML ${version}//EN" "http://example.org/x.dtd">`;
    assert.equal(read(`<?xml version="1.0"?>${doctype}<SyncML/>`).version, version);
    const devinf = `<!DOCTYPE DevInf PUBLIC '-//SYNCML//DTD DevInf ${version}//EN' ''>`;
    assert.equal(read(`${devinf}<DevInf xmlns="syncml:devinf"/>`).version, version);
  }
  assert.equal(read('<SyncML/>').version, undefined);
  assert.equal(read('<DevInf xmlns="syncml:devinf"/>').version, undefined);
});

test('the same tree comes of namespaces as they should be, with prefixes, and left out', () => {
  const expected = syncml(
    'SyncML',
    syncml('Meta', metinf('Type', 'a'), metinf('Anchor', metinf('Next', '1'))),
    syncml('Item', syncml('Data', devinf('DevInf', devinf('DataStore', devinf('SourceRef', 'c'))))),
  );
  for (const text of [
    `<SyncML xmlns="SYNCML:SYNCML1.1"><Meta><Type xmlns="syncml:metinf">a</Type><Anchor xmlns="syncml:metinf"><Next>1</Next>
       </Anchor></Meta><Item><Data><DevInf xmlns="syncml:devinf"><DataStore><SourceRef>c</SourceRef></DataStore></DevInf>
       </Data></Item></SyncML>`,
    `<s:SyncML xmlns:s="SYNCML:SYNCML1.1" xmlns:m="syncml:metinf1.1" xmlns:d="syncml:devinf1.1"><s:Meta><m:Type>a</m:Type>
       <m:Anchor><m:Next>1</m:Next></m:Anchor></s:Meta><s:Item><s:Data><d:DevInf><d:DataStore><d:SourceRef>c</d:SourceRef>
       </d:DataStore></d:DevInf></s:Data></s:Item></s:SyncML>`,
    ...['', ' xmlns="SYNCML:SYNCML1.1"'].map(
      (namespace) => `<SyncML${namespace}><Meta><Type>a</Type><Anchor><Next>1</Next></Anchor></Meta><Item><Data><DevInf>
       <DataStore><SourceRef>c</SourceRef></DataStore></DevInf></Data></Item></SyncML>`,
    ),
  ])
    assert.deepEqual(read(text).root, expected, text);
});

test('text is CDATA, references and plain text in one, and layout is none of it', () => {
  assert.deepEqual(dataOf('a<![CDATA[<b>&amp;]]>&lt;&#65;&#x1F600;<!-- no --><?no no?>c'), ['a<b>&amp;<A😀c']);
  assert.deepEqual(dataOf(''), []);
  assert.deepEqual(dataOf('<![CDATA[]]>'), []);
  assert.deepEqual(dataOf(' \r\n '), [' \r\n ']);
  assert.deepEqual(dataOf(' \r\n <Final/>\t'), [syncml('Final')]);
  assert.deepEqual(dataOf('a<Final/>b'), ['a', syncml('Final'), 'b']);
});

test('a carriage return survives, raw as peers write it and by its number', () => {
  assert.deepEqual(dataOf('<![CDATA[N:a\r\nFN:b\r\n]]>'), ['N:a\r\nFN:b\r\n']);
  assert.deepEqual(dataOf('N:a\r\nFN:b\nX:c\r'), ['N:a\r\nFN:b\nX:c\r']);
  assert.deepEqual(dataOf('a&#13;\nb'), ['a\r\nb']);
  const controls = Array.from({ length: 32 }, (_, at) => String.fromCharCode(0x80 + at)).join('');
  assert.deepEqual(dataOf(`${controls}\r\n`), [`${controls}\r\n`]);
  assert.deepEqual(
    read(
      '<?xml version="1.0"?>\r\n<!-- a\r\n\' -->\r\n<SyncML\r\n xmlns\r="SYNCML:SYNCML1.2"\r\n>\r\n<Data\r>x\r</Data\r\n></SyncML>\r\n',
    ).root,
    syncml('SyncML', syncml('Data', 'x\r')),
  );
  assert.deepEqual(
    read('<!DOCTYPE SyncML [\r\n<!ELEMENT x "]>\'">\r\n]\r\n>\r\n<SyncML a=">\r"><Data>\r\n</Data></SyncML>').root,
    syncml('SyncML', syncml('Data', '\r\n')),
  );
  const written = encodeDocument(messageWith('N:a\r\n<&>]]>'), 'xml', '1.2').toString();
  assert(written.includes('<Data>N:a&#13;\n&lt;&amp;&gt;]]&gt;</Data>'), written);
});

test('entities of the document are not expanded, and those of JavaScript are none', () => {
  const declared = '<!DOCTYPE SyncML [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>';
  for (const name of ['b', 'x', 'nbsp', 'constructor', 'toString', '__proto__'])
    broken(/undefined entity|entity/, `${declared}<SyncML><Data>&${name};</Data></SyncML>`);
});

test('what is broken is refused with its line and column, and what is foreign with its name', () => {
  broken(/broken at 2:15: /, '<SyncML>\n  <Data></Date></SyncML>');
  broken(/broken at /, '<SyncML><Data>');
  broken(/broken at /, '<SyncML/><SyncML/>');
  broken(/broken at |empty/, '   ');
  broken(/broken at |empty/, '');
  broken(/broken at .*disallowed/, '<SyncML><Data>\x01</Data></SyncML>');
  broken(/no document begins with "html"/, '<html/>');
  broken(/no document begins with "Type" of metinf/, '<Type xmlns="syncml:metinf"/>');
  broken(
    /"urn:other", the namespace of "x", is not known here/,
    '<SyncML><Data><x xmlns="urn:other"/></Data></SyncML>',
  );
  broken(/"syncml:dmddf1\.2", the namespace of "MgmtTree"/, '<MgmtTree xmlns="syncml:dmddf1.2"/>');
  broken(/"n\?" is no name of an element/, '<SyncML><nä/></SyncML>');
});

test('XML is read in the charset of its mark, its declaration or its transport', () => {
  const text = '<?xml version="1.0"?><SyncML><Data>Novák</Data></SyncML>';
  const declared = text.replace('"?>', '" encoding="ISO-8859-1"?>');
  const wide = Buffer.from(`\ufeff${text}`, 'utf16le');
  const read = (bytes: Buffer, charset?: string): readonly Node[] => {
    assert.equal(recognise(bytes), 'xml');
    return contentOf(decodeDocument(bytes, 'xml', { charset }).root, 'Data');
  };
  for (const [bytes, charset] of [
    [Buffer.from(text)],
    [Buffer.from(text), 'US-ASCII'],
    [Buffer.from(`\ufeff${text}`), 'iso-8859-1'],
    [Buffer.from(declared, 'latin1')],
    [Buffer.from(declared, 'latin1'), 'utf-8'],
    [Buffer.from(text, 'latin1'), 'iso-8859-1'],
    [wide],
    [Buffer.from(wide).swap16()],
    [wide.subarray(2)],
    [Buffer.from(`${text}\0\0`)],
  ] as const)
    assert.deepEqual(read(bytes, charset), ['Novák']);
  assert.throws(() => read(Buffer.from(text), 'x-none'), { code: 'InvalidItem', message: /charset "x-none"/ });
  assert.throws(() => read(Buffer.from(text), 'hex'), { code: 'InvalidItem' });
});

test('a card in another charset than its message stays the octets that it is, and the rest is text', () => {
  const bytes = Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="UTF-8"?><SyncML><LocURI>é</LocURI><Data>N;CHARSET=ISO-8859-1:'),
    Buffer.of(0xe9),
    Buffer.from('\r\n</Data></SyncML>'),
  ]);
  const { root } = decodeDocument(bytes, 'xml');
  assert.deepEqual(contentOf(root, 'LocURI'), ['é']);
  assert.deepEqual(contentOf(root, 'Data'), [Buffer.from('N;CHARSET=ISO-8859-1:é\r\n', 'latin1')]);
});

test('octets that are text are written as the text, and control characters are refused', () => {
  assert.deepEqual(itemOf(decodeDocument(encodeDocument(messageWith(Buffer.from('é<')), 'xml', '1.2'), 'xml').root), [
    'é<',
  ]);
  assert.throws(() => encodeDocument(messageWith('a\x0bb'), 'xml', '1.2'), {
    code: 'InvalidItem',
    message: 'Data has a control character, which XML cannot carry',
  });
  assert.throws(() => encodeDocument(messageWith(Buffer.of(0xc3)), 'xml', '1.2'), { code: 'InvalidItem' });
});

test('a namespace is written where the vocabulary changes', () => {
  const written = encodeDocument(messageWith(devinf('DevInf', devinf('UTC'))), 'xml', '1.2').toString();
  assert.match(written, /^<\?xml version="1\.0" encoding="UTF-8"\?><SyncML xmlns="SYNCML:SYNCML1\.2"><SyncHdr>/);
  assert(written.includes('<Meta><Type xmlns="syncml:metinf">text/x-vcard</Type></Meta>'));
  assert(written.includes('<Data><DevInf xmlns="syncml:devinf"><UTC/></DevInf></Data>'));
});

test('content types say the encoding and the charset', () => {
  assert.equal(encodingOf('application/vnd.syncml+xml; charset=UTF-8'), 'xml');
  assert.equal(encodingOf('Application/vnd.syncml+wbxml'), 'wbxml');
  assert.equal(encodingOf('application/vnd.syncml-xml'), 'xml');
  assert.equal(encodingOf('application/vnd.syncml-devinf+wbxml'), 'wbxml');
  assert.equal(encodingOf('text/xml'), undefined);
  assert.equal(charsetOf('application/vnd.syncml+xml; Charset="UTF-8"'), 'utf-8');
  assert.equal(charsetOf('application/vnd.syncml+xml'), undefined);
});
