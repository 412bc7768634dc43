/** Letters with their marks, and several such runs joined by single apostrophes or hyphens. */
const WORD = /\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*/gu;

/**
 * The words of a text or a part of it, by the name of their counter: `words`, and `word/<word>` for each requested word. Its size
 * does not depend on the text's, because it is checkpointed.
 */
export interface WordCounts {
  readonly [counter: string]: number;
  readonly words: number;
}

/**
 * The words of a text, in order: `Don't`, `loving-kindness` and `naïve` are one each, and a number is none. A hyphen at the end of
 * a line joins nothing, so no word contains white space.
 */
export function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** Normalizes a word: spellings that differ only in case, in the encoding of accents, or in the apostrophe become equal. */
export function sameSpelling(word: string): string {
  return word.replaceAll("’", "'").toLowerCase().normalize("NFC");
}

/** The names of the counters of a word count. */
export function counterNames(asked: readonly string[]): string[] {
  return ["words", ...asked.map((word) => `word/${word}`)];
}

/** @param asked words as {@link sameSpelling} writes them */
export function countWords(text: string, asked: readonly string[]): WordCounts {
  const words = wordsOf(text);
  const found = new Map(asked.map((word) => [word, 0]));
  for (const word of words.map(sameSpelling)) {
    const count = found.get(word);
    if (count !== undefined) found.set(word, count + 1);
  }
  return {
    words: words.length,
    ...Object.fromEntries(Array.from(found, ([word, count]) => [`word/${word}`, count])),
  };
}
