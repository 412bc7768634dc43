import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Command, CounterRequest, get, isCounterError, parse } from "./index.ts";

describe("a counter request", () => {
  const request = (fields: object) => {
    try {
      return parse(CounterRequest, { counterId: "cart-7", commands: [get()], ...fields }, "event");
    } catch (error) {
      return (error as Error).message;
    }
  };

  test("is parsed from what a fuzzer invents, or refused with path, value and remedy", () => {
    const inputs = fc.record(
      {
        counterId: fc.oneof(fc.string(), fc.anything()),
        commands: fc.array(fc.oneof(fc.constant(get()), fc.anything())),
        token: fc.oneof(fc.string(), fc.anything()),
        extra: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(inputs, (input) => {
        try {
          const parsed = parse(CounterRequest, input, "event");
          expect(parsed.commands.every((command) => Command.safeParse(command).success)).toBe(true);
        } catch (error) {
          expect(isCounterError(error, "invalid-command")).toBe(true);
          expect((error as Error).message).toMatch(/^event.* (is|has the unknown key) .*; pass /su);
        }
      }),
    );
  });

  test("names the path into the batch", () => {
    expect(request({ commands: [get(), { type: "increment", amount: "1" }] })).toBe(
      'event.commands[1].amount is "1"; pass a whole number from 0 to 9007199254740991. [invalid-command]',
    );
  });

  test.each([
    [[]],
    [Array.from({ length: 1001 }, get)],
    [Object.assign([], { length: 4e9 })],
    ["get"],
    [undefined],
  ])("refuses a batch that is not 1 to 1,000 commands, without looking at each", (commands) => {
    expect(request({ commands })).toMatch(/event.commands is .*; pass an array of 1 to 1000 commands/u);
  });

  test("shows three faults and counts the rest", () => {
    expect(request({ commands: Array.from({ length: 1000 }) })).toMatch(
      /commands\[2\] is undefined.* And 997 more\. \[/u,
    );
  });

  test.each(["", "x".repeat(257), "a\nb", "a\u0000", "\u2028", "\ud800", 5, -0, null])(
    "refuses %j as an id and as a token",
    (text) => {
      expect(request({ counterId: text })).toMatch(/event.counterId is .*; pass/u);
      expect(request({ token: text })).toMatch(/event.token is .*; pass/u);
    },
  );

  test.each(["x", "x".repeat(256), "Zähler 7", "🧮".repeat(256), "a/b#c"])(
    "takes %j as an id and as a token",
    (text) => {
      expect(request({ counterId: text, token: text })).toMatchObject({ counterId: text, token: text });
    },
  );

  test("takes the time of its first sending with a token, and refuses it without one or as anything else", () => {
    expect(request({ token: "t", issuedAt: 1_767_225_600_000 })).toMatchObject({
      issuedAt: 1_767_225_600_000,
    });
    expect(request({ issuedAt: 0 })).toMatch(/event is .*; pass "issuedAt" only with a "token"/u);
    for (const issuedAt of [-1, 0.5, Number.NaN, 2 ** 53, "2026-01-01", null])
      expect(request({ token: "t", issuedAt })).toMatch(
        /event.issuedAt is .*; pass .*milliseconds since 1970/u,
      );
  });
});
