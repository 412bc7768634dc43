import { parseArgs } from "node:util";
import { benches } from "./benches.ts";
import { Arena } from "./measure/arena.ts";
import { full, quick } from "./measure/effort.ts";
import { isMissed } from "./measure/report.ts";
import { table } from "./measure/table.ts";

const NAMES = Object.keys(benches);

const USAGE = `Usage: pnpm bench [--quick] [NAME …]

Measures ratios of contenders that take turns, each in a process of its own, and says which targets are reached.

  NAME      ${NAMES.join(", ")}; by default all
  --quick   shows in under a minute that every bench runs; judges no target
  --help    this text`;

/**
 * @returns the process's exit code: 1 if a target is missed
 * @throws TypeError for arguments that are not known
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
    const arena = new Arena(name, effort);
    try {
      const report = await measure(arena);
      print(`${name}: ${title}\n${table(report, effort)}\n`);
      if (effort.isConclusive && isMissed(report)) missed.push(name);
    } finally {
      arena.dismiss();
    }
  }
  if (missed.length === 0) return 0;
  print(`Targets are missed by: ${missed.join(", ")}.`);
  return 1;
}
