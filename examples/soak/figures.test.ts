import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { figuresTable, type SoakFigures } from "./figures.ts";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
/** Without the layout of a table in Markdown. */
const cells = (markdown: string) => markdown.replaceAll(/ +/gu, " ").replaceAll(/-{3,}/gu, "---");

test("the documented figures are those of the full run", () => {
  const figures = JSON.parse(read("full-run.json")) as SoakFigures; // written by a soak
  const table = figuresTable(figures);
  expect(
    cells(read("../../packages/emulator/README.md")),
    `Replace the table in packages/emulator/README.md by:\n${table}`,
  ).toContain(cells(table));
  expect(Object.values(figures.kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(5_000);
});
