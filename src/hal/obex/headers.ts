import { CradleError } from '../../dbus/errors.js';

/** Header identifiers: IrDA OBEX 1.5, section 2.2. */
export const HEADER = {
  count: 0xc0,
  name: 0x01,
  type: 0x42,
  length: 0xc3,
  time: 0x44,
  timeSeconds: 0xc4,
  description: 0x05,
  target: 0x46,
  http: 0x47,
  body: 0x48,
  endOfBody: 0x49,
  who: 0x4a,
  connectionId: 0xcb,
  parameters: 0x4c,
  challenge: 0x4d,
  response: 0x4e,
  creator: 0xcf,
  singleResponse: 0x97,
} as const;

/** One header. The two highest bits of the identifier say how it is encoded, so that unknown ones can be passed over. */
export type Header =
  | { readonly id: number; readonly kind: 'text'; readonly text: string }
  | { readonly id: number; readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly id: number; readonly kind: 'byte'; readonly value: number }
  /** Of four bytes. */
  | { readonly id: number; readonly kind: 'number'; readonly value: number };

export type HeaderKind = Header['kind'];

const KINDS: readonly HeaderKind[] = ['text', 'bytes', 'byte', 'number'];

export const kindOf = (id: number): HeaderKind => KINDS[(id >> 6) & 3] ?? 'text';

export const textHeader = (id: number, text: string): Header => ({ id, kind: 'text', text });
export const bytesHeader = (id: number, bytes: Uint8Array): Header => ({ id, kind: 'bytes', bytes });
export const numberHeader = (id: number, value: number): Header => ({ id, kind: 'number', value });

/** A media type as the Type header has it: ASCII with a NUL at its end (section 2.2.3). */
export const typeHeader = (type: string): Header => bytesHeader(HEADER.type, Buffer.from(`${type}\0`, 'latin1'));

/** Bytes that a header takes on the wire. */
export function sizeOfHeader(header: Header): number {
  switch (header.kind) {
    case 'text':
      return 3 + (header.text === '' ? 0 : 2 * header.text.length + 2);
    case 'bytes':
      return 3 + header.bytes.byteLength;
    case 'byte':
      return 2;
    case 'number':
      return 5;
  }
}

export function encodeHeaders(headers: readonly Header[]): Uint8Array {
  const size = headers.reduce((sum, header) => sum + sizeOfHeader(header), 0);
  const bytes = Buffer.alloc(size);
  let at = 0;
  for (const header of headers) {
    at = bytes.writeUInt8(header.id, at);
    if (header.kind === 'byte') at = bytes.writeUInt8(header.value, at);
    else if (header.kind === 'number') at = bytes.writeUInt32BE(header.value, at);
    else {
      at = bytes.writeUInt16BE(sizeOfHeader(header), at);
      const value = header.kind === 'text' ? utf16(header.text) : header.bytes;
      bytes.set(value, at);
      at += value.byteLength;
    }
  }
  return bytes;
}

/** All headers of a packet, unknown ones too. Fails with PluginFailed where they do not fit into it. */
export function decodeHeaders(bytes: Uint8Array): readonly Header[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers: Header[] = [];
  for (let at = 0; at < view.byteLength; ) {
    const id = view.readUInt8(at);
    const kind = kindOf(id);
    const size =
      kind === 'byte' ? 2 : kind === 'number' ? 5 : at + 3 <= view.byteLength ? view.readUInt16BE(at + 1) : 0;
    const end = at + size;
    if (size < (kind === 'byte' ? 2 : 3) || end > view.byteLength)
      throw new CradleError('PluginFailed', `an OBEX header ${hex(id)} does not fit into its packet`);
    if (kind === 'text') headers.push({ id, kind, text: fromUtf16(view.subarray(at + 3, end), id) });
    else if (kind === 'bytes') headers.push({ id, kind, bytes: view.subarray(at + 3, end) });
    else if (kind === 'byte') headers.push({ id, kind, value: view.readUInt8(at + 1) });
    else headers.push({ id, kind, value: view.readUInt32BE(at + 1) });
    at = end;
  }
  return headers;
}

/** The first of that name; undefined where there is none. */
export const textOf = (headers: readonly Header[], id: number): string | undefined =>
  headers.flatMap((header) => (header.id === id && header.kind === 'text' ? [header.text] : []))[0];

export const bytesOfHeader = (headers: readonly Header[], id: number): Uint8Array | undefined =>
  headers.flatMap((header) => (header.id === id && header.kind === 'bytes' ? [header.bytes] : []))[0];

export const numberOf = (headers: readonly Header[], id: number): number | undefined =>
  headers.flatMap((header) =>
    header.id === id && (header.kind === 'number' || header.kind === 'byte') ? [header.value] : [],
  )[0];

/** The media type, without the NUL that some forget, and without its parameters' case changed. */
export function typeOf(headers: readonly Header[]): string | undefined {
  const bytes = bytesOfHeader(headers, HEADER.type);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

/** The parts of a body in these headers; undefined when there is none at all. */
export function bodyOf(headers: readonly Header[]): Uint8Array | undefined {
  const parts = headers.flatMap((header) =>
    (header.id === HEADER.body || header.id === HEADER.endOfBody) && header.kind === 'bytes' ? [header.bytes] : [],
  );
  const [only] = parts;
  return parts.length < 2 ? only : Buffer.concat(parts);
}

export const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

/** Big-endian with a NUL at its end; an empty text is empty (section 2.1). */
function utf16(text: string): Buffer {
  return text === '' ? Buffer.alloc(0) : Buffer.from(`${text}\0`, 'utf16le').swap16();
}

function fromUtf16(bytes: Uint8Array, id: number): string {
  if (bytes.byteLength % 2 !== 0) throw new CradleError('PluginFailed', `the text of an OBEX header ${hex(id)} is cut`);
  const text = Buffer.from(bytes).swap16().toString('utf16le');
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}
