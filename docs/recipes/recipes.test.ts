import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const recipes = globSync("*.ts", { cwd: import.meta.dirname }).filter((file) => !file.endsWith(".test.ts"));

test.each(recipes)("%s has at most sixty lines, and limits how long DynamoDB may take", (recipe) => {
  const text = readFileSync(new URL(recipe, import.meta.url), "utf8");
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(60);
  expect(text).toContain("throwOnRequestTimeout: true");
});
