import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chooseCommand } from "./choose/choose-command.ts";
import { observations } from "./observations.ts";
import { describedData, readRawFile, writeRawFile } from "./raw-data.ts";
import { REPORT_FOLDER } from "./report/places.ts";
import { writeReport } from "./report/write-report.ts";

const DEFAULT_SEED = 1;

const USAGE = `Usage: pnpm observe [--full] [--fresh] [--seed N] [--out FOLDER] [NAME …]
       pnpm observe choose --rate N --limits yes|no --batch N --window SECONDS [--shared yes|no] [--durable yes|no]

Measures what the backends do and cost, simulated and in real processes on the emulator, and writes the report.
What was measured before is kept, so that a run that was stopped goes on where it stopped.

  NAME      ${observations.map(({ name }) => name).join(", ")}; by default all of them
  --quick   a small run of under three minutes; the default
  --full    the run that is published; replaces what a quick run measured
  --fresh   measures again what was measured before
  --seed    the seed of all random numbers; by default ${DEFAULT_SEED}
  --out     by default docs/observations
  choose    recommends a backend from the measured figures, and shows the calculation
  --help    this text

The exit code is 1 if what was measured contradicts a guarantee of this repository, and 2 for arguments that are not valid.`;

/**
 * @returns the process's exit code
 * @throws TypeError for unknown arguments
 */
export async function commandLine(args: readonly string[], print: (text: string) => void): Promise<number> {
  if (args[0] === "choose") {
    print(chooseCommand(args.slice(1), REPORT_FOLDER));
    return 0;
  }
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: "boolean" },
      full: { type: "boolean" },
      fresh: { type: "boolean" },
      seed: { type: "string" },
      out: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const unknown = positionals.find((name) => observations.every((observation) => observation.name !== name));
  if (unknown !== undefined) {
    const known = observations.map(({ name }) => name).join(", ");
    throw new TypeError(`There is no observation "${unknown}"; pass some of ${known}.`);
  }
  const seed = Number(values.seed ?? DEFAULT_SEED);
  if (!Number.isSafeInteger(seed)) {
    throw new TypeError(`--seed is ${JSON.stringify(values.seed)}; pass a whole number.`);
  }
  const folder = resolve(values.out ?? REPORT_FOLDER);
  const effort = values.full ? "full" : "quick";
  const violations: string[] = [];
  for (const [index, observation] of observations.entries()) {
    const { name, title, measure } = observation;
    const number = `${index + 1} of ${observations.length}`;
    const isChosen = positionals.length === 0 || positionals.includes(name);
    if (!isChosen || (!values.fresh && isMeasured(folder, name, effort))) {
      print(`${number}  ${name}: kept as it was measured`);
      continue;
    }
    print(`${number}  ${name}: ${title} …`);
    const data = await measure(effort, seed);
    violations.push(...observation.violations(data).map((violation) => `${name}: ${violation}`));
    writeRawFile(folder, describedData(name, effort, seed, data));
  }
  writeReport(folder);
  print(`The report is ${join(folder, "README.md")}, and as one page report.html beside it.`);
  for (const violation of violations) print(`A guarantee was broken. ${violation} Seed: ${seed}.`);
  return violations.length === 0 ? 0 : 1;
}

/** A full run replaces what a quick run measured, not the other way round. */
function isMeasured(folder: string, name: string, effort: "quick" | "full"): boolean {
  if (!existsSync(join(folder, "data", `${name}.json`))) return false;
  return effort === "quick" || readRawFile(folder, name).effort === "full";
}
