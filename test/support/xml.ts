/** One element of a document without text, as introspection data are. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replaceAll(/&(\w+);/g, (_, name: string) => {
    const char = entities[name];
    if (char === undefined) throw new Error(`unknown entity &${name};`);
    return char;
  });

/** Reads a well-formed document of elements and attributes; fails on anything else, so that no typo is passed over. */
export function parseXml(text: string): Element {
  const document: Element = { name: '', attributes: new Map(), children: [] };
  const open: Element[] = [document];
  const token = /\s+|<\?[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>|<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (found === null) throw new Error(`not well-formed: ${text.slice(at, at + 60)}`);
    const [, closing, name, attributes = '', empty] = found;
    if (name === undefined) continue;
    const parent = open.at(-1);
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w:]+)="([^"]*)"/g)];
    const element: Element = {
      name,
      attributes: new Map(pairs.map(([, key = '', value = '']) => [key, unescaped(value)])),
      children: [],
    };
    parent?.children.push(element);
    if (empty !== '/') open.push(element);
  }
  const [root] = document.children;
  if (open.length !== 1 || root === undefined) throw new Error('the document has no end');
  return root;
}
