import { describe, expect, test, vi } from "vitest";
import { findJava, javaMajor } from "./java.ts";

describe("javaMajor", () => {
  test.each([
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)', 17],
    ['openjdk version "25" 2025-09-16', 25],
    ['openjdk version "26-ea" 2026-03-17', 26],
    ['java version "1.8.0_452"\nJava(TM) SE Runtime Environment', 8],
    ["The operation couldn’t be completed. Unable to locate a Java Runtime.", undefined],
    ["", undefined],
  ])("reads %j as %s", (output, major) => {
    expect(javaMajor(output)).toBe(major);
  });
});

describe("findJava", () => {
  test("finds none where there is none", async () => {
    vi.stubEnv("PATH", "/nowhere");
    vi.stubEnv("JAVA_HOME", "/nowhere/either");
    try {
      expect(await findJava()).toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
