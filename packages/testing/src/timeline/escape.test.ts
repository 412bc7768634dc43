import fc from "fast-check";
import { expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import { escapeText, shorten } from "./escape.ts";

test.each([
  ["</script><img src=x onerror=alert(1)>", "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"],
  [`" onfocus='alert(1)' \``, "&quot; onfocus=&#39;alert(1)&#39; &#96;"],
  ["&lt;", "&amp;lt;"],
  ["\u202ecba", "\\u202ecba"],
  ["a\u0000b\u001bc", "a\\u0000b\\u001bc"],
  ["\ud800", "\\ud800"],
  ["\u2028 \ufeff \ufffe", "\\u2028 \\ufeff \\ufffe"],
  ["\u{e0041}", "\\u{e0041}"],
  ["line\n\ttab", "line\n\ttab"],
  ["👩‍🚀 é 数 🇩🇪", "👩‍🚀 é 数 🇩🇪"],
])("escapes %j", (text, escaped) => {
  expect(escapeText(text)).toBe(escaped);
});

test("no escaped text has markup, controls or marks of direction", () => {
  const codes = fc.oneof(fc.nat(0xff), fc.integer({ min: 0x2000, max: 0x2070 }), fc.nat(0xffff));
  fc.assert(
    fc.property(fc.array(codes), (units) => {
      const escaped = escapeText(String.fromCharCode(...units));
      expect(escaped).not.toMatch(/[<>"'`]|&(?!(amp|lt|gt|quot|#39|#96);)/);
      expect(escaped).not.toMatch(/[\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
    }),
    { numRuns: randomRuns(200) },
  );
});

test("a text that is cut says how much is missing", () => {
  expect(shorten("12345", 5)).toBe("12345");
  expect(shorten("123456", 5)).toBe("12345… (1 more characters)");
});
