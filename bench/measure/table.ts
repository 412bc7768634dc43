import Table from "cli-table3";
import { isReached, type Report, type Row } from "./report.ts";
import type { Effort } from "./effort.ts";
import { digits } from "./figures.ts";

/** Formats a report as a table. If it has targets, there is a column for them. */
export function table({ head, rows }: Report, { isConclusive }: Effort): string {
  const hasTargets = rows.some(({ target }) => target !== undefined);
  const lines = new Table({
    head: [...head, ...(hasTargets ? ["target", "reached"] : [])],
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [] },
  });
  for (const row of rows) lines.push([...row.cells, ...(hasTargets ? targetCells(row, isConclusive) : [])]);
  return lines.toString();
}

function targetCells({ target }: Row, isJudged: boolean): readonly [string, string] {
  if (target === undefined) return ["", ""];
  const { bound, limit, unit = "" } = target;
  const verdict = isReached(target) ? "yes" : "no";
  return [`${bound === "at least" ? "≥" : "≤"} ${digits(limit)}${unit}`, isJudged ? verdict : "not judged"];
}
