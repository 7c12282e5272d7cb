import type { Element, Version } from '../codec/document.js';
import { decodeBase64, encodeBase64 } from './base64.js';
import { all, element, flag, incomplete, leaf, mark, numberIn, only, type Part, text, textIn } from './element.js';
import type { Anchors, Memory, Meta } from './message.js';

/** The `Meta` within an element, if there is one (MetInf 1.2); also where it wraps its elements in a MetInf. */
export function readMeta(parent: Element): Meta | undefined {
  const outer = only(parent, 'Meta');
  if (outer === undefined) return undefined;
  const meta = only(outer, 'MetInf') ?? outer;

  const type = textIn(meta, 'Type');
  const format = textIn(meta, 'Format');
  const markText = textIn(meta, 'Mark');
  const version = textIn(meta, 'Version');
  const size = numberIn(meta, 'Size');
  const maxMsgSize = numberIn(meta, 'MaxMsgSize');
  const maxObjSize = numberIn(meta, 'MaxObjSize');
  const anchor = readAnchors(meta);
  const nextNonce = readNonce(meta);
  const mem = readMemory(meta);
  const emi = all(meta, 'EMI');
  return {
    ...(flag(meta, 'FieldLevel') && { fieldLevel: true }),
    ...(type !== undefined && { type }),
    ...(format !== undefined && { format }),
    ...(markText !== undefined && { mark: markText }),
    ...(version !== undefined && { version }),
    ...(size !== undefined && { size }),
    ...(maxMsgSize !== undefined && { maxMsgSize }),
    ...(maxObjSize !== undefined && { maxObjSize }),
    ...(anchor !== undefined && { anchor }),
    ...(nextNonce !== undefined && { nextNonce }),
    ...(mem !== undefined && { mem }),
    ...(emi.length > 0 && { emi: emi.map(text) }),
  };
}

/** The `Anchor` within an element: a Meta, or the Data of the item of a Status. */
export function readAnchors(parent: Element): Anchors | undefined {
  const anchor = only(parent, 'Anchor');
  if (anchor === undefined) return undefined;
  const last = textIn(anchor, 'Last');
  const next = textIn(anchor, 'Next');
  if (next === undefined) throw incomplete('Anchor is without a Next');
  return { ...(last !== undefined && { last }), next };
}

export const writeAnchors = (anchor: Anchors): Element =>
  element('Anchor', [leaf('Last', anchor.last, 'metinf'), leaf('Next', anchor.next, 'metinf')], 'metinf');

function readMemory(meta: Element): Memory | undefined {
  const mem = only(meta, 'Mem');
  if (mem === undefined) return undefined;
  const freeBytes = numberIn(mem, 'FreeMem');
  const freeIds = numberIn(mem, 'FreeID');
  if (freeBytes === undefined || freeIds === undefined) throw incomplete('Mem is without its FreeMem or FreeID');
  return { shared: flag(mem, 'SharedMem'), freeBytes, freeIds };
}

/** Nonces are base64 whether or not Format says so (MetInf 1.1, section 5.9), but for octets of WBXML that are none. */
function readNonce(meta: Element): Uint8Array | undefined {
  const nonce = only(meta, 'NextNonce');
  if (nonce === undefined) return undefined;
  const written = text(nonce);
  const [first] = nonce.children;
  const octets = nonce.children.length === 1 && first instanceof Uint8Array ? first : undefined;
  return decodeBase64(written) ?? octets ?? new Uint8Array(Buffer.from(written));
}

/** The `Meta` of an element in the order of its document type; what the version does not know is left out. */
export function writeMeta(meta: Meta | undefined, version: Version): Part {
  if (meta === undefined) return undefined;
  const { anchor, mem, nextNonce } = meta;
  const parts: Part[] = [
    mark('FieldLevel', meta.fieldLevel === true && version === '1.2', 'metinf'),
    leaf('Format', meta.format, 'metinf'),
    leaf('Type', meta.type, 'metinf'),
    leaf('Mark', meta.mark, 'metinf'),
    leaf('Size', meta.size, 'metinf'),
    anchor && writeAnchors(anchor),
    leaf('Version', meta.version, 'metinf'),
    leaf('NextNonce', nextNonce && encodeBase64(nextNonce), 'metinf'),
    leaf('MaxMsgSize', meta.maxMsgSize, 'metinf'),
    version === '1.0' ? undefined : leaf('MaxObjSize', meta.maxObjSize, 'metinf'),
    ...(meta.emi ?? []).map((one) => leaf('EMI', one, 'metinf')),
    mem &&
      element(
        'Mem',
        [
          mark('SharedMem', mem.shared, 'metinf'),
          leaf('FreeMem', mem.freeBytes, 'metinf'),
          leaf('FreeID', mem.freeIds, 'metinf'),
        ],
        'metinf',
      ),
  ];
  return element('Meta', parts);
}
