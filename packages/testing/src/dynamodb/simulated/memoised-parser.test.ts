import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../../../scripts/test/random.ts";
import { dynaliteModule } from "../dynalite-modules.ts";
import { memoise, type ExpressionParser } from "./memoised-parser.ts";

const TEXTS = {
  conditionParser: [
    "#a BETWEEN :x AND :y",
    "attribute_not_exists(#a) AND #b BETWEEN :x AND :y",
    "(#a = :x OR b < :y) AND NOT contains(#b, :x)",
    "#a.#b[1] <> :x AND size(#a) >= :y",
    "begins_with(#a, :x) AND c IN (:x, :y)",
    "attribute_type(#a, :x)",
    "reserved = :x",
    "#a = #b",
    "#a =",
  ],
  updateParser: [
    "SET #a = if_not_exists(#a, :x) + :y REMOVE #b",
    "SET #a.c = :x, #b = :x ADD c :y",
    "DELETE #a :x",
    "SET #a = :x SET #b = :y",
  ],
  projectionParser: ["#a, #b.c, d", "#a, b", "a, reserved", "#a["],
};

const name = fc.constantFrom("a", "b", "c", "constructor", "a-b");
const value = fc.oneof(
  { arbitrary: fc.record({ N: fc.constantFrom("1", "2", "10") }), weight: 4 },
  fc.record({ S: fc.constantFrom("", "S", "NS") }),
  fc.constant({ SS: ["x"] }),
  fc.constant({ M: { x: { N: "1" } } }),
);
const names = fc.record({ "#a": name, "#b": name, "#unused": name }, { requiredKeys: ["#a"] });
const some = fc.record({ ":x": value, ":y": value }, { requiredKeys: [] });
const values = fc.oneof({ arbitrary: fc.record({ ":x": value, ":y": value }), weight: 4 }, some);

const require = createRequire(import.meta.url);

/** A copy of dynalite's parser that no engine has changed. */
function unchanged(parser: string): ExpressionParser {
  const path = require.resolve(`dynalite/db/${parser}`);
  const loaded = require.cache[path];
  delete require.cache[path];
  const copy = require(path) as ExpressionParser;
  if (loaded !== undefined) require.cache[path] = loaded;
  return copy;
}

const { compare } = dynaliteModule("db") as { compare: (operator: string, ...values: unknown[]) => boolean };

/** What a parser returns or throws, and which names and values it leaves unused. */
function outcomeOf({ parse }: ExpressionParser, text: string, attrNames: object, attrVals: object) {
  const context = {
    attrNames: { ...attrNames },
    attrVals: structuredClone({ ...attrVals }),
    unusedAttrNames: { ...attrNames },
    unusedAttrVals: { ...attrVals },
    isReserved: (word: string) => word === "reserved",
    compare,
  };
  const left = () => [Object.keys(context.unusedAttrNames), Object.keys(context.unusedAttrVals)];
  try {
    return { parsed: parse(text, { context }), left: left() };
  } catch (error) {
    return { thrown: String(error) };
  }
}

describe.each(Object.entries(TEXTS))("a memoised %s", (parser, texts) => {
  test("returns what the parser itself returns, whatever it has parsed before", () => {
    const reference = unchanged(parser);
    const memoised = { ...reference };
    memoise(memoised);
    const text = fc.constantFrom(...texts);
    fc.assert(
      fc.property(text, names, values, (...request) => {
        expect(outcomeOf(memoised, ...request)).toEqual(outcomeOf(reference, ...request));
      }),
      { numRuns: randomRuns(500) },
    );
  });

  test("parses an expression once", () => {
    const reference = unchanged(parser);
    let parsed = 0;
    const memoised: ExpressionParser = {
      parse: (...request) => {
        parsed += 1;
        return reference.parse(...request);
      },
    };
    memoise(memoised);
    const [text = ""] = texts;
    for (const n of [1, 2, 3])
      outcomeOf(memoised, text, { "#a": `name-${n}`, "#b": "b" }, { ":x": { N: `${n}` }, ":y": { N: "9" } });
    expect(parsed).toBe(1);
  });
});
