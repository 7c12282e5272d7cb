const LONGEST_QUOTE = 60;

/** What a document says, short enough and plain enough for a sentence. */
export function quoted(text: string): string {
  const plain = text.slice(0, LONGEST_QUOTE).replaceAll(/[^\x20-\x7e]/g, '?');
  return text.length > LONGEST_QUOTE ? `"${plain}..."` : `"${plain}"`;
}
