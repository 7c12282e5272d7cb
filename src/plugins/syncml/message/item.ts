import type { Element, Node, Version } from '../codec/document.js';
import { decodeBase64, encodeBase64, isBase64 } from './base64.js';
import {
  element,
  flag,
  incomplete,
  isElement,
  leaf,
  malformed,
  mandatory,
  mark,
  only,
  type Part,
  textIn,
  wholeText,
} from './element.js';
import type { Data, Filter, Item, Location, Meta } from './message.js';
import { readMeta, writeMeta } from './meta.js';

/** Longer than any URI or GUID that makes sense, and short enough to be sent back. */
const LONGEST_URI = 8192;

/** The `Target` or `Source` within an element, if there is one. */
export function readLocation(parent: Element, name: 'Target' | 'Source'): Location | undefined {
  const location = only(parent, name);
  if (location === undefined) return undefined;
  const uri = locUri(location);
  const title = textIn(location, 'LocName');
  const filter = only(location, 'Filter');
  return {
    uri,
    ...(title !== undefined && { name: title }),
    ...(filter !== undefined && { filter: readFilter(filter) }),
  };
}

/** Empty ones occur, of items that their sender has no name for. */
function locUri(location: Element): string {
  const uri = textIn(location, 'LocURI');
  if (uri === undefined) throw incomplete(`${location.name} is without a LocURI`);
  if (uri.length > LONGEST_URI) throw malformed(`the LocURI of ${location.name} has ${uri.length} characters`);
  return uri;
}

export function writeLocation(name: 'Target' | 'Source', location: Location | undefined, version: Version): Part {
  if (location === undefined) return undefined;
  const filter = version === '1.2' && name === 'Target' ? location.filter : undefined;
  return element(name, [
    leaf('LocURI', location.uri),
    leaf('LocName', location.name),
    filter && writeFilter(filter, version),
  ]);
}

function readFilter(filter: Element): Filter {
  const meta = readMeta(filter);
  const field = onlyItem(filter, 'Field');
  const record = onlyItem(filter, 'Record');
  const type = textIn(filter, 'FilterType');
  return {
    ...(meta !== undefined && { meta }),
    ...(field !== undefined && { field }),
    ...(record !== undefined && { record }),
    ...(type !== undefined && { type }),
  };
}

function onlyItem(filter: Element, name: 'Field' | 'Record'): Item | undefined {
  const parent = only(filter, name);
  if (parent === undefined) return undefined;
  const item = only(parent, 'Item');
  if (item === undefined) throw incomplete(`${name} is without an Item`);
  return readItem(item, undefined, false);
}

const writeFilter = (filter: Filter, version: Version): Element =>
  element('Filter', [
    writeMeta(filter.meta, version),
    filter.field && element('Field', [writeItem(filter.field, undefined, version)]),
    filter.record && element('Record', [writeItem(filter.record, undefined, version)]),
    leaf('FilterType', filter.type),
  ]);

/** An `Item`. The Meta of its command holds for it too; a filter's item has no filter within. */
export function readItem(item: Element, outer: Meta | undefined, filters = true): Item {
  const target = readLocation(item, 'Target');
  const source = readLocation(item, 'Source');
  if (!filters && target?.filter !== undefined) throw malformed('a Filter stands within a Filter');
  const targetParent = readParent(item, 'TargetParent');
  const sourceParent = readParent(item, 'SourceParent');
  const meta = readMeta(item);
  const holder = only(item, 'Data');
  const data = holder && readData(holder, meta?.format ?? outer?.format);
  return {
    ...(target !== undefined && { target }),
    ...(source !== undefined && { source }),
    ...(targetParent !== undefined && { targetParent }),
    ...(sourceParent !== undefined && { sourceParent }),
    ...(meta !== undefined && { meta }),
    ...(data !== undefined && { data }),
    ...(flag(item, 'MoreData') && { moreData: true }),
  };
}

function readParent(item: Element, name: 'TargetParent' | 'SourceParent'): string | undefined {
  const parent = only(item, name);
  return parent && mandatory(parent, 'LocURI', LONGEST_URI);
}

/** What a `Data` holds: an element of another vocabulary, octets as WBXML had them, or text. */
function readData(holder: Element, format: string | undefined): Data {
  const [first] = holder.children;
  if (holder.children.length === 1 && first instanceof Uint8Array && !isBase64(format)) return first;
  const elements = holder.children.filter(isElement);
  const [inner] = elements;
  if (inner !== undefined) {
    if (elements.length > 1) throw malformed('Data has more than one element');
    if (holder.children.some((node) => !isElement(node) && !isBlank(node)))
      throw malformed('Data has an element and text');
    return inner;
  }
  const octets = holder.children.filter((node) => node instanceof Uint8Array);
  if (octets.length > 0 && !isBase64(format)) return Buffer.concat(holder.children.map(toOctets));
  const text = wholeText(holder);
  return isBase64(format) ? (decodeBase64(text, 'wanted') ?? text) : text;
}

const isBlank = (node: string | Uint8Array): boolean => typeof node === 'string' && node.trim() === '';

function toOctets(node: Node): Uint8Array {
  if (isElement(node)) throw malformed('Data has an element and octets');
  return typeof node === 'string' ? Buffer.from(node) : node;
}

export function writeItem(item: Item, outer: Meta | undefined, version: Version): Element {
  const trees = version === '1.2';
  return element('Item', [
    writeLocation('Target', item.target, version),
    writeLocation('Source', item.source, version),
    trees ? writeParent('SourceParent', item.sourceParent) : undefined,
    trees ? writeParent('TargetParent', item.targetParent) : undefined,
    writeMeta(item.meta, version),
    item.data === undefined ? undefined : element('Data', written(item.data, item.meta?.format ?? outer?.format)),
    mark('MoreData', item.moreData),
  ]);
}

const writeParent = (name: 'TargetParent' | 'SourceParent', uri: string | undefined): Part =>
  uri === undefined ? undefined : element(name, [leaf('LocURI', uri)]);

function written(data: Data, format: string | undefined): readonly Node[] {
  if (data === '') return [];
  return [data instanceof Uint8Array && isBase64(format) ? encodeBase64(data) : data];
}
