/** The width of a letter in the figure, in pixels, on the safe side: fonts differ from machine to machine. */
const LETTER = 6.7;
const WIDE = 12.5;

/** Scripts whose letters are square, and emoji. */
const WIDE_LETTER = /[\u1100-\u115f\u2e80-\uffdc\u{1f000}-\u{3ffff}]/u;

/** Estimates the width of a text in the figure, in pixels. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += widthOf(letter);
  return width;
}

/** Cuts a text to a width. Returns nothing if less than two letters and an ellipsis fit. */
export function fitText(text: string, width: number): string {
  if (text.length * LETTER <= width && textWidth(text) <= width) return text;
  let left = width - LETTER;
  let fitted = "";
  for (const letter of text) {
    left -= widthOf(letter);
    if (left < 0) break;
    fitted += letter;
  }
  return fitted.length < 2 ? "" : `${fitted.trimEnd()}…`;
}

function widthOf(letter: string): number {
  return WIDE_LETTER.test(letter) ? WIDE : LETTER;
}
