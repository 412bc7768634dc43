import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { codeBlocksIn } from "../../scripts/docs/code-blocks.ts";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
const here = { cwd: import.meta.dirname };
const recipes = globSync("*.ts", here).filter((file) => !file.endsWith(".test.ts"));
const pages = globSync("*.md", here);

/** The test that a page shows. It may start an engine, which its name says then. */
const shownTests = (name: string) =>
  [`${name}-reader.test.ts`, `${name}-handler.integration.test.ts`].filter((file) =>
    existsSync(new URL(file, import.meta.url)),
  );

test.each(recipes)("%s has at most sixty lines, and limits how long DynamoDB may take", (recipe) => {
  const text = read(recipe);
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(60);
  expect(text).toContain("throwOnRequestTimeout: true");
});

test("every recipe has a page", () => {
  expect(pages).toEqual(expect.arrayContaining(recipes.map((recipe) => recipe.replace(/\.ts$/u, ".md"))));
});

describe.each(pages.map((page) => page.replace(/\.md$/u, "")))("the page of %s", (name) => {
  const page = read(`${name}.md`);
  const shown = new Map(codeBlocksIn(name, page).map((block) => [block.name, block]));
  /** What the reader saves under a name, which is the name's line and the file. */
  const saved = (file: string) => shown.get(file)?.code.replace(`// ${file}\n`, "");

  test("shows its code: all of the tested file", () => {
    const file = `${name}.ts`;
    if (recipes.includes(file)) expect(saved(file)).toBe(read(file));
    else expect(shown.get(file)?.excerptOf).toMatch(/^examples\//u);
  });

  test("shows a test for the reader: all of one that runs here", () => {
    const [file = ""] = shownTests(name);
    const withoutComment = read(file).replace(/^\/\*\*.*\*\/\n/u, "");
    expect(saved(`${name}.test.ts`)).toBe(withoutComment.replace(/"\.\.\/\.\.\/examples\/\d+-/u, '"./'));
  });

  test("has an event, the price, and what is not guaranteed", () => {
    expect(page).toContain("```json\n{");
    expect(page.match(/^## .*$/gmu)).toEqual(["## What is not guaranteed", "## Try it", "## Price"]);
  });
});
