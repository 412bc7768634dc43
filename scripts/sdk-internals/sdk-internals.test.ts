import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { SDK_INTERNALS } from "./sdk-internals.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const sources = globSync("packages/*/src/**/*.ts", { cwd: root }).filter(
  (file) => !/\.(?:test|fixture)\.ts$/u.test(file),
);

/** What a comment or a name says where code depends on more than the SDK documents. */
const SUSPICIOUS = /\bSDK 2\.\d|(?:a|this) private field|constant of the SDK|error of the durable SDK/iu;
/** A member whose name says that it is private. */
const PRIVATE_MEMBER = /(?:\.|")(_[a-z]\w*)\b/gu;
/** Modules that use dynalite, or run in a browser, where there is no SDK. */
const OTHER_LIBRARIES = /^packages\/(?:dynamodb|testing\/src\/dynamodb|emulator\/src\/console)\//u;

describe.each(SDK_INTERNALS)("$what", ({ usedIn, code, detectedBy }) => {
  test("is used in the files that are listed, and in no other", () => {
    expect(sources.filter((file) => code.test(read(file))).toSorted()).toEqual(usedIn.toSorted());
  });

  test("has a test that detects its loss", () => {
    const names = Array.from(
      read(detectedBy.file).matchAll(/\b(?:test|each\([^]*?\))\(\s*"([^"]+)"/gu),
      ([, name]) => name,
    );
    expect(names).toContainEqual(expect.stringContaining(detectedBy.test));
  });
});

test("is complete: every file that reads a private member, or mentions what a version does, is listed", () => {
  const listed = new Set(SDK_INTERNALS.flatMap(({ usedIn }) => usedIn));
  const unlisted = sources.filter((file) => {
    if (OTHER_LIBRARIES.test(file) || listed.has(file)) return false;
    const text = read(file);
    // jest's mark of a mock; the SDK has nothing of that name.
    const members = Array.from(text.matchAll(PRIVATE_MEMBER), ([, name]) => name).filter(
      (name) => name !== "_isMockFunction",
    );
    return members.length > 0 || SUSPICIOUS.test(text);
  });
  expect(unlisted).toEqual([]);
});
