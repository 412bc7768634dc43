import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Command, CounterRequest, get, isCounterError, parseInput } from "./index.ts";

describe("a counter request", () => {
  const request = (fields: object) => {
    try {
      return parseInput(CounterRequest, { counterId: "cart-7", commands: [get()], ...fields }, "event");
    } catch (error) {
      return (error as Error).message;
    }
  };

  test("is parsed from random input, or refused with path, value and remedy", () => {
    const inputs = fc.record(
      {
        counterId: fc.oneof(fc.string(), fc.anything()),
        commands: fc.array(fc.oneof(fc.constant(get()), fc.anything())),
        idempotencyKey: fc.oneof(fc.string(), fc.anything()),
        extra: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(inputs, (input) => {
        try {
          const parsed = parseInput(CounterRequest, input, "event");
          expect(parsed.commands.every((command) => Command.safeParse(command).success)).toBe(true);
        } catch (error) {
          expect(isCounterError(error, "invalid-input")).toBe(true);
          expect((error as Error).message).toMatch(/^event.* (is|has the unknown key) .*; pass /su);
        }
      }),
    );
  });

  test("names the path into the batch", () => {
    expect(request({ commands: [get(), { type: "increment", amount: "1" }] })).toBe(
      'event.commands[1].amount is "1"; pass a whole number from 0 to 9007199254740991. [invalid-input]',
    );
  });

  test.each([
    [[]],
    [Array.from({ length: 1001 }, get)],
    [Object.assign([], { length: 4e9 })],
    ["get"],
    [undefined],
  ])("refuses a batch that has not 1 to 1,000 commands, without checking each command", (commands) => {
    expect(request({ commands })).toMatch(/event.commands is .*; pass an array of 1 to 1000 commands/u);
  });

  test("reports three faults and the number of the others", () => {
    expect(request({ commands: Array.from({ length: 1000 }) })).toMatch(
      /commands\[2\] is undefined.* And 997 more\. \[/u,
    );
  });

  test.each(["", "x".repeat(257), "a\nb", "a\u0000", "\u2028", "\ud800", 5, -0, null])(
    "refuses %j as an id and as an idempotency key",
    (text) => {
      expect(request({ counterId: text })).toMatch(/event.counterId is .*; pass/u);
      expect(request({ idempotencyKey: text })).toMatch(/event.idempotencyKey is .*; pass/u);
    },
  );

  test.each(["x", "x".repeat(256), "Zähler 7", "🧮".repeat(256), "a/b#c"])(
    "takes %j as an id and as an idempotency key",
    (text) => {
      expect(request({ counterId: text, idempotencyKey: text })).toMatchObject({
        counterId: text,
        idempotencyKey: text,
      });
    },
  );

  test.each([
    ["a joined emoji", "👨‍👩‍👧‍👦"],
    ["a joined emoji with a skin tone and a variation selector", "👩🏽‍❤️‍👨🏿"],
    ["the flag of a country", "🇨🇭"],
    ["the flag of a region, which has tags", "🏴󠁧󠁢󠁳󠁣󠁴󠁿-1"],
    ["Persian with a zero-width non-joiner", "می‌خواهم"],
    ["Sinhala with a zero-width joiner", "ශ්‍රී"],
    ["Hindi with combining marks", "हिन्दी"],
    ["Malayalam that ends with a joined letter", "\u0d28\u0d4d\u200d"],
    ["Bengali with a joiner before a sign", "র\u200d্যাব"],
    ["an emoji of a later version of Unicode", "\u{1fac9}"],
    ["a keycap", "1️⃣"],
  ])("takes %s as an id and as an idempotency key", (_, text) => {
    expect(request({ counterId: text, idempotencyKey: text })).toMatchObject({
      counterId: text,
      idempotencyKey: text,
    });
  });

  test.each([
    ["a joiner alone", "\u200d"],
    ["a joiner at the start", "\u200da"],
    ["a joiner at the end", "a\u200c"],
    ["two joiners in a row", "a\u200d\u200da"],
    ["a mark that changes the direction of text", "a\u202eb"],
    ["a byte order mark", "\ufeffa"],
    ["a soft hyphen", "a\u00adb"],
    ["a tag without a flag", "a\u{e0067}\u{e007f}"],
    ["257 characters that are joined", `${"a\u200d".repeat(128)}a`],
  ])("refuses %s as an id", (_, text) => {
    expect(request({ counterId: text })).toMatch(
      /event.counterId is .*; pass 1 to 256 printable characters/u,
    );
  });

  test("refuses a long text of any characters at once", () => {
    const texts = ["a\u200d".repeat(1e6), "🏴\u{e0067}".repeat(1e6), "a".repeat(1e7)];
    for (const text of texts) expect(request({ counterId: text })).toMatch(/pass 1 to 256/u);
  });

  test("takes issuedAt as text of digits, as SQS passes it", () => {
    expect(request({ idempotencyKey: "t", issuedAt: "1767225600000" })).toMatchObject({
      issuedAt: 1_767_225_600_000,
    });
  });

  test("takes issuedAt with an idempotency key only, and nothing but whole milliseconds", () => {
    expect(request({ idempotencyKey: "t", issuedAt: 1_767_225_600_000 })).toMatchObject({
      issuedAt: 1_767_225_600_000,
    });
    expect(request({ issuedAt: 0 })).toMatch(/event is .*; pass "issuedAt" only with an "idempotencyKey"/u);
    for (const issuedAt of [
      -1,
      0.5,
      Number.NaN,
      2 ** 53,
      "2026-01-01",
      "",
      " 5",
      "-5",
      "1e3",
      `${2 ** 53}`,
      5n,
      null,
    ])
      expect(request({ idempotencyKey: "t", issuedAt })).toMatch(
        /event.issuedAt is .*; pass .*milliseconds since 1970/u,
      );
  });
});
