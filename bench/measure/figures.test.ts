import { expect, test } from "vitest";
import { digits, duration, megabytes } from "./figures.ts";

test.for([
  [0.9534, "0.953"],
  [1.5, "1.5"],
  [812.4, "812"],
  [12_345.6, "12,346"],
] as const)("writes %d as %s", ([value, text]) => expect(digits(value)).toBe(text));

test.for([
  [0.000_5, "0.5 µs"],
  [0.1304, "130 µs"],
  [12.345, "12.3 ms"],
  [2_512, "2.51 s"],
] as const)("writes %d ms as %s", ([ms, text]) => expect(duration(ms)).toBe(text));

test("writes bytes as megabytes", () => expect(megabytes(15.24 * 1_048_576)).toBe("15.2 MB"));
