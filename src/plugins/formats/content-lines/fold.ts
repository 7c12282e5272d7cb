/** Octets of a line without its end (RFC 5545 section 3.1, RFC 6350 section 3.2). */
const LONGEST = 75;

/** The line with CRLF and folded where needed, never inside a character. */
export function folded(line: string): string {
  if (line.length * 3 <= LONGEST) return `${line}\r\n`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for
  if (/^[\x00-\x7f]*$/.test(line)) {
    if (line.length <= LONGEST) return `${line}\r\n`;
    let result = line.slice(0, LONGEST);
    for (let at = LONGEST; at < line.length; at += LONGEST - 1) result += `\r\n ${line.slice(at, at + LONGEST - 1)}`;
    return `${result}\r\n`;
  }
  let result = '';
  let from = 0;
  let octets = 0;
  for (let at = 0; at < line.length; ) {
    const code = line.codePointAt(at) ?? 0;
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets + width > LONGEST) {
      result += `${line.slice(from, at)}\r\n `;
      from = at;
      octets = 1;
    }
    octets += width;
    at += width === 4 ? 2 : 1;
  }
  return `${result}${line.slice(from)}\r\n`;
}
