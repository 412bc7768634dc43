import { compileFunction } from "node:vm";
import { expect, test } from "vitest";
import { loadErrorText } from "./load-error.ts";

/** The message of Node for code that it reads as CommonJS. */
function messageFor(code: string): string {
  try {
    compileFunction(code);
  } catch (error) {
    return (error as Error).message; // nothing else is thrown by a compiler
  }
  return "it compiles";
}

test.each(['import "node:fs";', "export const handler = 1;"])(
  "says how Node reads %s as a module",
  (code) => {
    const error = { ErrorType: "Runtime.UserCodeSyntaxError", ErrorMessage: messageFor(code) };
    expect(loadErrorText(error)).toContain("(npm pkg set type=module)");
  },
);

test("says where another error was thrown, if that is known", () => {
  const error = { ErrorType: "Runtime.ImportModuleError", ErrorMessage: "no" };
  expect(loadErrorText(error)).toBe("Runtime.ImportModuleError: no");
  expect(loadErrorText({ ...error, StackTrace: ["Error: no", "at f.ts:1"] })).toBe(
    "Runtime.ImportModuleError: no (at f.ts:1)",
  );
});
