import type { Element, Encoding, Node } from './document.js';
import { DEVINF_TYPES } from './media-types.js';

/**
 * A document as it goes into an encoding that it did not come in: the content type of device information inside it names
 * the encoding, and peers go by that.
 */
export function retyped(root: Element, encoding: Encoding): Element {
  const one = (node: Node): Node => {
    if (typeof node === 'string') return node === DEVINF_TYPES.xml || node === DEVINF_TYPES.wbxml ? wanted : node;
    return node instanceof Uint8Array ? node : element(node);
  };
  const element = (from: Element): Element => ({ ...from, children: from.children.map(one) });
  const wanted = DEVINF_TYPES[encoding];
  return element(root);
}
