import { mkdir, writeFile } from "node:fs/promises";
import { parseWorkflow } from "../release/workflow.ts";
import { runCommand } from "./run-command.ts";

/** How pnpm ends where provenance is asked for, and GitHub gives no token for it. Without provenance, that is a warning. */
const NEEDS_TOKEN = /^Error: ERR_PNPM_ID_TOKEN_/mu;

/**
 * Checks that the publishing step of a workflow asks for provenance. GitHub's token for it is not there, so with the step's own
 * environment pnpm must refuse to publish, before it asks a registry.
 */
export async function checkProvenance(folder: string, workflow: string): Promise<void> {
  const step = parseWorkflow(workflow).jobs["publish"]?.steps.find(({ run }) =>
    run?.includes("publish:packages"),
  );
  if (step === undefined)
    throw new Error("The workflow has no step that publishes, in a job of the name publish.");
  await mkdir(folder, { recursive: true });
  await writeFile(
    `${folder}/package.json`,
    JSON.stringify({ name: "@durable-counter/none", version: "0.0.0" }),
  );
  // Nothing listens on this port, so nothing is ever published.
  const registry = "http://127.0.0.1:9/";
  await writeFile(
    `${folder}/.npmrc`,
    `@durable-counter:registry=${registry}\n//127.0.0.1:9/:_authToken=none\nfetch-retries=0\n`,
  );
  const env = { ...step.env, CI: "true", GITHUB_ACTIONS: "true" };
  const publish = "npx --yes --package=pnpm@12 pnpm publish --no-git-checks";
  const failure = await runCommand(publish, folder, env).catch(String);
  if (NEEDS_TOKEN.test(failure)) return;
  throw new Error(`The workflow does not publish with provenance; pnpm said:\n${failure}`);
}
