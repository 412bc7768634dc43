/** Letters with their marks, also several such runs held together by single apostrophes or hyphens. */
const WORD = /\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*/gu;

/**
 * What a text, or a part of it, holds, by the name of the counter it goes to: `words`, and `word/<word>` for each word
 * that was asked for. Small, whatever the text's size: this is what a checkpoint carries.
 */
export interface Tally {
  readonly [counter: string]: number;
  readonly words: number;
}

/**
 * The words of a text, in order: `Don't`, `loving-kindness` and `naïve` are one each; a number is none. A hyphen at the
 * end of a line holds nothing together, so no word reaches over white space.
 */
export function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** Two spellings are the same word if they differ in case, in how accents are encoded, or in the apostrophe alone. */
export function sameSpelling(word: string): string {
  return word.replaceAll("’", "'").toLowerCase().normalize("NFC");
}

/** The names of the counters that a word count moves. */
export function counterNames(asked: readonly string[]): string[] {
  return ["words", ...asked.map((word) => `word/${word}`)];
}

/** @param asked words as {@link sameSpelling} writes them */
export function tallyWords(text: string, asked: readonly string[]): Tally {
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
