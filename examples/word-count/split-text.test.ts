import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitText } from "./split-text.ts";
import { wordsOf } from "./count-words.ts";
import { genesis } from "./texts.fixture.ts";

/** Texts with characters that are easy to get wrong. */
const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.constantFrom(
        " ",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\u00a0",
        "\u3000",
        "-",
        "'",
        "’",
        "\u0301",
        "\ufeff",
        "1",
        "é",
      ),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));
const chunkSizes = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 200 }));

const split = (bytes: Uint8Array, chunkBytes: number) =>
  splitText(bytes, chunkBytes).map(({ start, end }) => bytes.subarray(start, end));

describe("the chunks of a text", () => {
  test("are the whole text together, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), chunkSizes, (bytes, chunkBytes) => {
        const chunks = split(bytes, chunkBytes);
        expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
        expect(chunks.every(({ length }) => length > 0)).toBe(true);
      }),
    );
  });

  test("split no word and no character", () => {
    fc.assert(
      fc.property(texts, chunkSizes, (text, chunkBytes) => {
        const bytes = new TextEncoder().encode(text);
        const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        const chunks = split(bytes, chunkBytes).map((chunk) =>
          new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(chunk),
        );
        expect(chunks.join("")).toBe(whole);
        expect(chunks.flatMap(wordsOf)).toEqual(wordsOf(whole));
      }),
    );
  });

  test("are as long as allowed, and longer only where there is no white space", () => {
    fc.assert(
      fc.property(texts, chunkSizes, (text, chunkBytes) => {
        const chunks = split(new TextEncoder().encode(text), chunkBytes).map((chunk) =>
          Buffer.from(chunk).toString(),
        );
        for (const [index, chunk] of chunks.entries()) {
          const size = Buffer.byteLength(chunk);
          const canBeCut = /[ \t-\r]/u.test(chunk.slice(0, -1));
          expect(size > chunkBytes && canBeCut).toBe(false);
          // The next chunk's first piece would not have fitted.
          const [piece = ""] = /^[^ \t-\r]*[ \t-\r]?/u.exec(chunks[index + 1] ?? "") ?? [];
          expect(piece === "" || size + Buffer.byteLength(piece) > chunkBytes).toBe(true);
        }
      }),
    );
  });

  test.each([
    ["in the beginning", 6, ["in ", "the ", "beginning"]],
    ["in the beginning", 7, ["in the ", "beginning"]],
    ["beginning of", 4, ["beginning ", "of"]],
    ["天地玄黄 宇宙", 3, ["天地玄黄 ", "宇宙"]],
    ["", 6, []],
  ])("of %j, of up to %d bytes, are %j", (text, chunkBytes, chunks) => {
    expect(split(Buffer.from(text), chunkBytes).map((chunk) => Buffer.from(chunk).toString())).toEqual(
      chunks,
    );
  });

  test("of a book are as many as its size says", () => {
    expect(genesis.length).toBe(204_673);
    expect(splitText(genesis, 8_192)).toHaveLength(25);
  });
});
