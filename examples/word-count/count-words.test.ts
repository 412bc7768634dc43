import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sameSpelling, countWords, wordsOf } from "./count-words.ts";
import { countAsWc, genesis } from "./texts.fixture.ts";

const isLetter = (character = "") => /^\p{L}$/u.test(character);
const isMark = (character = "") => /^\p{M}$/u.test(character);

/** Counts one character after another, as the documentation describes it. */
function countByCharacter(text: string): number {
  const characters = Array.from(text);
  let words = 0;
  let within = false;
  for (const [index, character] of characters.entries()) {
    const joins = "'’-".includes(character) && isLetter(characters[index + 1]);
    if (isLetter(character) && !within) words++;
    within = isLetter(character) || (within && (isMark(character) || joins));
  }
  return words;
}

describe("a word", () => {
  test.each([
    ["Don't", ["Don't"]],
    ["the lovingkindness, the loving-kindness", ["the", "lovingkindness", "the", "loving-kindness"]],
    ["his brothers' sheep – ’twas", ["his", "brothers", "sheep", "twas"]],
    ["well--watered exam-\nple", ["well", "watered", "exam", "ple"]],
    ["nai\u0308ve naïve λόγος 天地", ["nai\u0308ve", "naïve", "λόγος", "天地"]],
    ["7 days, 3rd, \u0301 _", ["days", "rd"]],
  ])("in %j is one of %j", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test("is the same as reading one character after another finds", () => {
    const characters = fc.constantFrom(...Array.from("aZéλ天\u0301\u0308'’-- \n1_."));
    const texts = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(characters).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(wordsOf(text)).toHaveLength(countByCharacter(text));
      }),
    );
  });

  test("is the same in capitals, with a typographic apostrophe, and with combining accents", () => {
    expect(new Set(["NAÏVE’S", "nai\u0308ve's", "Naïve's"].map(sameSpelling)).size).toBe(1);
  });
});

describe("the words", () => {
  test("of a book are as many as wc counts", () => {
    const { words, ...found } = countWords(Buffer.from(genesis).toString(), [
      "god",
      "joseph",
      "methuselah",
      "whale",
    ]);
    // wc -w, less the 1,583 verse and chapter numbers: tr -s '[:space:]' '\n' < genesis.txt | grep -c '[A-Za-z]'
    expect(words).toBe(38_315);
    expect(words).toBe(countAsWc(genesis));
    expect(found).toEqual({
      "word/god": countAsWc(genesis, "god"),
      "word/joseph": countAsWc(genesis, "joseph"),
      "word/methuselah": 5,
      "word/whale": 0,
    });
  });
});
