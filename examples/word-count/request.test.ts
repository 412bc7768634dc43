import { isCounterError } from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseWordCountRequest } from "./request.ts";

const complaint = (fields: object) => {
  try {
    parseWordCountRequest({ text: "genesis.txt", counters: "genesis", ...fields });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe("a word count request", () => {
  test("has defaults", () => {
    expect(parseWordCountRequest({ text: "genesis.txt", counters: "genesis" })).toEqual({
      text: "genesis.txt",
      counters: "genesis",
      words: [],
      chunkBytes: 16_384,
      maxConcurrency: 8,
      toleratedFailures: 0,
      idempotencyKey: undefined,
      issuedAt: undefined,
    });
  });

  test("has each word once, in one spelling", () => {
    const words = ["God", "GOD", "Noah’s", "noah's", "nai\u0308ve", "天地"];
    expect(parseWordCountRequest({ text: "a.txt", counters: "a", words }).words).toEqual([
      "god",
      "noah's",
      "naïve",
      "天地",
    ]);
  });

  test.each([
    [{ text: undefined }, /^event.text is undefined; pass/u],
    [
      { text: "../secrets.txt" },
      /^event.text is "..\/secrets.txt"; pass the name of a file without its folder/u,
    ],
    [{ counters: "" }, /^event.counters is ""; pass 1 to/u],
    [{ counters: "x".repeat(201) }, /^event.counters is "x+…; pass 1 to 200 printable characters/u],
    [{ words: "God" }, /^event.words is "God"; pass an array of up to ten words/u],
    [{ words: ["God", "in the"] }, /^event.words\[1\] is "in the"; pass a single word/u],
    [{ words: ["x".repeat(21)] }, /^event.words\[0\] is "x+"; pass a single word of up to 20 letters/u],
    [
      { words: Array.from({ length: 11 }, () => "God") },
      /^event.words is \[.*; pass an array of up to ten words/u,
    ],
    [{ chunkBytes: 255 }, /^event.chunkBytes is 255; pass a whole number from 256 to 1048576/u],
    [{ maxConcurrency: 0 }, /^event.maxConcurrency is 0; pass a whole number from 1 to 100/u],
    [{ toleratedFailures: -1 }, /^event.toleratedFailures is -1; pass a whole number from 0 to 1000/u],
    [{ idempotencyKey: "" }, /^event.idempotencyKey is ""; pass/u],
    [{ issuedAt: 5 }, /^event is .*; pass "issuedAt" only with an "idempotencyKey"/u],
    [{ word: ["God"] }, /^event has the unknown key "word"; pass "text", "counters"/u],
  ])("with %j is refused with path, value and remedy", (fields, message) => {
    expect(complaint(fields)).toMatch(message);
  });

  test("is parsed from random input, or refused", () => {
    const fields = [
      "text",
      "counters",
      "words",
      "chunkBytes",
      "maxConcurrency",
      "toleratedFailures",
      "idempotencyKey",
      "issuedAt",
    ];
    const events = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()).map((given) => ({ ...given, text: "a.txt" })),
    );
    fc.assert(
      fc.property(events, (event) => {
        try {
          expect(parseWordCountRequest(event)).toMatchObject({ text: "a.txt" });
        } catch (error) {
          expect(isCounterError(error, "invalid-input")).toBe(true);
          expect((error as Error).message).toMatch(/^event.*; pass /su);
        }
      }),
    );
  });
});
