import { describe, expect, test } from "vitest";
import { findRepositoryUrl, withRepository } from "./repository-url.ts";

const URL_OF_SOURCES = "https://github.com/acme/counters";
const actions = { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "acme/counters" };
const another = "https://github.com/other/fork.git";

describe("the address of the sources", () => {
  test.each([
    "https://github.com/acme/counters",
    "https://github.com/acme/counters.git",
    "https://github.com/acme/counters/",
    "https://x-access-token:secret@github.com/acme/counters.git",
    "git+https://github.com/acme/counters.git",
    "git@github.com:acme/counters.git",
    "ssh://git@github.com/acme/counters.git",
  ])("follows from the remote %s", (originUrl) => {
    expect(findRepositoryUrl({ env: {}, originUrl })).toBe(URL_OF_SOURCES);
  });

  test("is that of the workflow, whatever the remote is", () => {
    expect(findRepositoryUrl({ env: actions, originUrl: another })).toBe(URL_OF_SOURCES);
  });

  test("is the one that is passed, whatever else is known", () => {
    const hints = { argument: URL_OF_SOURCES, env: { ...actions, GITHUB_REPOSITORY: "a/b" } };
    expect(findRepositoryUrl({ ...hints, originUrl: another })).toBe(URL_OF_SOURCES);
  });

  test("is refused if nothing says it, with what to do", () => {
    expect(() => findRepositoryUrl({ env: {} })).toThrow(
      /no remote origin\. Run: git remote add origin https/u,
    );
  });

  test.each([
    ["a folder", { originUrl: "/srv/git/counters" }, /"\/srv.*git remote set-url origin https/u],
    ["another host", { originUrl: "https://gitlab.com/acme/counters.git" }, /gitlab.*git remote set-url/u],
    ["an owner", { argument: "https://github.com/acme" }, /"https:\/\/github.com\/acme".*Pass https/u],
    [
      "another server",
      { env: { ...actions, GITHUB_SERVER_URL: "https://git.acme.example" } },
      /git\.acme.*Unset/u,
    ],
  ])("is refused if it is %s, with what to do", (_name, hints, message) => {
    expect(() => findRepositoryUrl({ env: {}, ...hints })).toThrow(message);
  });

  test("is not shown with the password that it may have", () => {
    const originUrl = "https://me:secret@gitlab.com/acme/counters.git";
    expect(() => findRepositoryUrl({ env: {}, originUrl })).toThrow(/^(?!.*secret).*gitlab/u);
  });

  test("stands in a package.json with the folder of the package, once, however often it is written", () => {
    const before = JSON.stringify({ name: "a", license: "MIT", type: "module", files: ["dist"] });
    const once = withRepository(before, "https://github.com/old/place", "packages/a");
    const twice = withRepository(once, URL_OF_SOURCES, "packages/a");
    expect(Object.keys(JSON.parse(twice) as object)).toEqual(Object.keys(JSON.parse(once) as object));
    expect(JSON.parse(twice)).toEqual({
      name: "a",
      homepage: `${URL_OF_SOURCES}/tree/main/packages/a#readme`,
      bugs: `${URL_OF_SOURCES}/issues`,
      repository: { type: "git", url: `git+${URL_OF_SOURCES}.git`, directory: "packages/a" },
      license: "MIT",
      type: "module",
      files: ["dist"],
    });
  });
});
