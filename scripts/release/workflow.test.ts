import { expect, test } from "vitest";
import { interpolate, isEnabled } from "./workflow.ts";

const contexts = { needs: { version: { outputs: { changesets: "0" } } }, github: { token: "secret" } };

test("a condition decides as on GitHub, with and without its braces", () => {
  expect(isEnabled(undefined, contexts)).toBe(true);
  expect(isEnabled("needs.version.outputs.changesets == '0'", contexts)).toBe(true);
  expect(isEnabled("${{ needs.version.outputs.changesets != '0' }}", contexts)).toBe(false);
  expect(isEnabled("needs.version.outputs.missing", contexts)).toBe(false); // null
});

test("an expression in a text is replaced by its value", () => {
  expect(interpolate("token ${{ github.token }}, ${{ needs.version.outputs.changesets }}", contexts)).toBe(
    "token secret, 0",
  );
});

test("a context that GitHub does not have is an error", () => {
  expect(() => interpolate("${{ secret.token }}", contexts)).toThrow("secret");
});
