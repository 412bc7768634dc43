import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../consumers/run-command.ts";
import { interpolate, isEnabled, type Contexts, type Job } from "./workflow.ts";

/** Actions that prepare the machine: the caller has done what they do. */
const PREPARED = /^actions\/(?:checkout|setup-node)@/u;

export interface JobOptions {
  /** What the job has checked out. */
  readonly checkout: string;
  /** For scripts and outputs; it need not exist. */
  readonly folder: string;
  readonly contexts: Contexts;
  /** What the machine and GitHub set. */
  readonly env: Readonly<Record<string, string>>;
  /** What the job sets, and what it is here: that needs GitHub. */
  readonly replacedEnv?: Readonly<Record<string, string>>;
}

/**
 * Runs the commands of a job one after the other, as GitHub does: each in a bash of its own that ends at the first error.
 *
 * @returns the outputs of the job
 */
export async function runJob(job: Job, options: JobOptions): Promise<Readonly<Record<string, string>>> {
  const { checkout, folder, contexts, env, replacedEnv = {} } = options;
  await mkdir(folder, { recursive: true });
  const steps: Record<string, { outputs: Record<string, string> }> = {};
  const fill = (values: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, interpolate(value, { ...contexts, steps })]),
    );
  for (const [index, step] of job.steps.entries()) {
    if (!isEnabled(step.if, { ...contexts, steps })) continue;
    if (step.run === undefined) {
      if (PREPARED.test(step.uses ?? "")) continue;
      throw new Error(`This step cannot run outside of GitHub: ${JSON.stringify(step)}.`);
    }
    const script = join(folder, `step-${index}.sh`);
    const output = join(folder, `step-${index}.output`);
    await writeFile(script, interpolate(step.run, { ...contexts, steps }));
    await writeFile(output, "");
    // Without `shell`, GitHub on Linux runs bash -e, without pipefail.
    await runCommand(`bash -e ${script}`, checkout, {
      ...env,
      ...fill(job.env),
      ...fill(step.env),
      ...replacedEnv,
      GITHUB_OUTPUT: output,
    });
    if (step.id !== undefined) steps[step.id] = { outputs: outputsIn(await readFile(output, "utf8")) };
  }
  return fill(job.outputs);
}

function outputsIn(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/**
 * Puts a stand-in for GitHub's command line into a folder: a pull request that is created is open from then on, and each call
 * is written down.
 *
 * @returns the file with the calls, a line for each
 */
export async function writeGhStandIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const calls = join(folder, "calls.txt");
  const script = `#!/usr/bin/env bash
set -eu
test -n "$GH_TOKEN"
echo "$*" >> "${calls}"
test "$1" = pr
if test "$2" = create; then exit; fi
test "$2" = view
grep --quiet '^pr create' "${calls}" && echo OPEN
`;
  await writeFile(join(folder, "gh"), script);
  await chmod(join(folder, "gh"), 0o755);
  return calls;
}
