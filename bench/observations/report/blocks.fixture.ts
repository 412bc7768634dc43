import type { Block, Chart } from "./block.ts";

/** All sentences of a section. */
export function textOf(blocks: readonly Block[]): string {
  return blocks.flatMap((block) => (block.kind === "text" ? [block.text] : [])).join("\n");
}

/** @throws Error without a table whose first column is called so */
export function tableOf(blocks: readonly Block[], firstColumn: string): Extract<Block, { kind: "table" }> {
  for (const block of blocks) if (block.kind === "table" && block.head[0] === firstColumn) return block;
  throw new Error(`There is no table with the first column "${firstColumn}".`);
}

/** @throws Error without a chart of that name */
export function figureOf(blocks: readonly Block[], name: string): Chart {
  for (const block of blocks) {
    if (block.kind === "figure" && block.name === name && block.chart.type !== "history") return block.chart;
  }
  throw new Error(`There is no chart "${name}".`);
}
