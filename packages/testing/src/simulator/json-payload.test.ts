import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonPayload } from "./json-payload.ts";

const cyclic: Record<string, unknown> = {};
cyclic.self = { cyclic };

test.for<[value: unknown, message: string]>([
  [1n, "payload is 1n, which JSON cannot carry; pass a string or a safe integer."],
  [
    { a: { b: () => 1 } },
    "payload.a.b is a function, which JSON cannot carry; leave it out, or pass plain data.",
  ],
  [[Symbol("s")], "payload[0] is Symbol(s)"],
  [{ rate: NaN }, "payload.rate is NaN, which JSON cannot carry; pass a finite number, a string or null."],
  [[1, undefined], "payload[1] is undefined, which JSON cannot carry; pass null."],
  [{ tags: new Set(["a"]) }, "payload.tags is {}, which JSON cannot carry; pass an array."],
  [new Map(), "pass an object or an array of entries."],
  [
    cyclic,
    "payload.self.cyclic is [object Object], which JSON cannot carry; pass data that does not contain itself.",
  ],
])("refuses what JSON would lose: %o", ([value, message]) => {
  expect(() => jsonPayload(value, "payload")).toThrow(message);
});

test("carries every JSON value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(jsonPayload(value, "payload")).toBe(JSON.stringify(value));
    }),
  );
});

test("uses toJSON, and leaves out undefined properties", () => {
  const twice = { shared: true };
  expect(jsonPayload({ at: new Date(0), none: undefined, a: twice, b: twice }, "payload")).toBe(
    '{"at":"1970-01-01T00:00:00.000Z","a":{"shared":true},"b":{"shared":true}}',
  );
  expect(jsonPayload(undefined, "payload")).toBeUndefined();
});
