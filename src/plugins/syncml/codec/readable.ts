import { xmlTextLike, xmlTextOf } from './carries.js';
import type { Element, Node, Version, Vocabulary } from './document.js';
import { namespaceFor } from './document-type.js';
import { escaped } from './xml-writer.js';

const STEP = '  ';
const NEWEST: Version = '1.2';

export interface Readable {
  readonly version?: Version | undefined;
  /** Stands above. */
  readonly remark?: string;
  /** Whose elements stand there without a namespace. */
  readonly unnamed?: Vocabulary;
}

/**
 * A document as people read XML: indented, cards in lines of their own. It is well-formed, and says less than the document
 * where XML says less: line ends are line feeds, control characters U+FFFD, and octets that are no text are in base64
 * with a remark.
 */
export function readableXml(root: Element, { version = NEWEST, remark = '', unnamed }: Readable = {}): string {
  const head = remark === '' ? '' : `<!-- ${remark.replaceAll('--', '- -')} -->\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}${lines(root, unnamed, version, '')}`;
}

function lines(
  { vocabulary, name, children }: Element,
  around: Vocabulary | undefined,
  version: Version,
  indent: string,
): string {
  const tag = vocabulary === around ? name : `${name} xmlns="${namespaceFor(vocabulary, version)}"`;
  if (children.length === 0) return `${indent}<${tag}/>\n`;
  if (!children.some(isElement)) return `${indent}<${tag}>${children.map(content).join('')}</${name}>\n`;
  const inside = children.map((child) =>
    isElement(child) ? lines(child, vocabulary, version, indent + STEP) : `${indent}${STEP}${content(child)}\n`,
  );
  return `${indent}<${tag}>\n${inside.join('')}${indent}</${name}>\n`;
}

const isElement = (node: Node): node is Element => typeof node === 'object' && !(node instanceof Uint8Array);

function content(node: Node): string {
  if (typeof node === 'string') return said(node);
  if (isElement(node)) return '';
  const text = xmlTextOf(node);
  if (text !== undefined) return said(text);
  return `<!-- ${node.length} octets in base64 -->${Buffer.from(node).toString('base64')}`;
}

/** Texts of several lines stand in a CDATA section, as they are. */
function said(text: string): string {
  const plain = xmlTextLike(text).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  return plain.includes('\n') ? `<![CDATA[${plain.replaceAll(']]>', ']]]]><![CDATA[>')}]]>` : escaped(plain);
}
