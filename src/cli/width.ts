/** Ranges that a terminal draws in two columns (Unicode, East Asian Width W and F, and emoji). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const NOTHING = /^(?:\p{M}|[\u200b-\u200f])$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is looked for
const STYLE = /\u001b\[[0-9;]*m/g;
/** Control characters, and those that turn the direction of writing: a device must not write over our screen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEMLY = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Words that came from a device or a person, safe to show on a terminal. */
export const shown = (text: string): string => text.replaceAll(UNSEEMLY, '\ufffd');

/** How many columns a terminal draws the text in, styles apart. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text.replaceAll(STYLE, '')) if (!NOTHING.test(char)) width += WIDE.test(char) ? 2 : 1;
  return width;
}

/** The text in at most so many columns; what is cut is shown as an ellipsis. It must not bear styles. */
export function clipped(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const char of text) {
    const wide = widthOf(char);
    if (width + wide > columns - 1) break;
    kept += char;
    width += wide;
  }
  return columns < 1 ? '' : `${kept}…`;
}

export const padded = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));
