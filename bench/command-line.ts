import { parseArgs } from "node:util";
import { benches } from "./benches.ts";
import { BenchRunner } from "./measure/runner.ts";
import { full, quick } from "./measure/effort.ts";
import { isMissed } from "./measure/report.ts";
import { table } from "./measure/table.ts";

const NAMES = Object.keys(benches);

const USAGE = `Usage: pnpm bench [--quick] [NAME …]

Measures ratios of contenders that run in turns, each in a process of its own, and prints which targets are reached.

  NAME      ${NAMES.join(", ")}; by default all of them
  --quick   shows that every bench runs, in under three minutes; judges no target
  --help    this text`;

/**
 * @returns the process's exit code: 1 if a target is missed
 * @throws TypeError for unknown arguments
 */
export async function commandLine(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const unknown = positionals.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`There is no bench "${unknown}"; pass some of ${NAMES.join(", ")}.`);
  }
  const effort = values.quick ? quick : full;
  const missed: string[] = [];
  for (const [name, load] of Object.entries(benches)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const { title, measure } = await load();
    const runner = new BenchRunner(name, effort);
    try {
      const report = await measure(runner);
      print(`${name}: ${title}\n${table(report, effort)}\n`);
      if (effort.isConclusive && isMissed(report)) missed.push(name);
    } finally {
      runner.stop();
    }
  }
  if (missed.length === 0) return 0;
  print(`These benches miss their targets: ${missed.join(", ")}.`);
  return 1;
}
