/**
 * Escapes text for HTML and SVG, in elements and in quoted attributes. Characters that are invisible, that change the
 * direction of the text around them, or that XML forbids are written as JavaScript would escape them: `\u202e`.
 */
export function escapeText(text: string): string {
  return text.replace(UNPRINTABLE, escapeCodePoint).replace(MARKUP, (found) => ENTITIES[found] ?? "");
}

/** Cuts a text after so many characters, and says how many are left out. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length)}… (${text.length - length} more characters)`;
}

const MARKUP = /[&<>"'`]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Controls but tab and line feed, marks of direction, lone surrogates; not the joiners, of which emoji are made. */
const UNPRINTABLE = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

function escapeCodePoint(found: string): string {
  const hex = (found.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}
