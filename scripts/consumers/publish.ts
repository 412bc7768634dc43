import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { runJob, writeGhStandIn } from "../release/run-job.ts";
import { isEnabled, parseWorkflow } from "../release/workflow.ts";
import { checkProvenance } from "./provenance.ts";
import { runCommand } from "./run-command.ts";

const root = resolve(import.meta.dirname, "../..");
const WORKFLOW = ".github/workflows/release.yml";
/** Runs these very tests, among all others. */
const VERIFY_JOB = "verify";
/** Where the sources are said to be. The workflow says it to its commands; nothing is looked up there. */
export const REPOSITORY_URL = "https://github.com/durable-counter-owner/durable-counter";

/**
 * Publishes all packages by the commands of the release workflow, from a clone of the working tree: a push with changesets
 * opens a pull request with versions and changelogs, and after its merge the packages are published and tagged. GitHub's own
 * part is a bare repository, and a stand-in for `gh`.
 *
 * @returns the commit that was published
 */
export async function publishByWorkflow(folder: string, registry: string): Promise<string> {
  const origin = join(folder, "origin.git");
  const sources = join(folder, "sources");
  await cloneWorkingTree(sources);
  await runCommand(`git clone --quiet --bare ${sources} ${origin}`, folder);
  const env = await environmentOfRunner(folder, registry);
  const gh = await writeGhStandIn(join(folder, "gh"));
  await checkProvenance(join(folder, "provenance"), await readFile(join(root, WORKFLOW), "utf8"));

  let ran = await push(join(folder, "first"), origin, env);
  if (!ran.has("publish")) {
    if (ran.has(VERIFY_JOB))
      throw new Error("There are changesets, and their versions are verified already.");
    const calls = await readFile(gh, "utf8");
    if (!calls.includes("\npr create --head versions"))
      throw new Error(`No pull request was opened:\n${calls}`);
    await runCommand("git update-ref refs/heads/main refs/heads/versions", origin); // the merge
    ran = await push(join(folder, "merge"), origin, env);
  }
  const published = ran.get("publish");
  if (published === undefined) throw new Error(`The workflow ran only ${[...ran.keys()].join(", ")}.`);
  await checkTags(origin, published);
  return published;
}

/** Runs the jobs of the workflow as after a push to main, and returns what each that ran had checked out. */
async function push(
  folder: string,
  origin: string,
  env: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> {
  await mkdir(folder);
  const { jobs } = parseWorkflow(await readFile(join(root, WORKFLOW), "utf8"));
  const checkouts = new Map<string, string>();
  const needs: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
  for (const [name, job] of Object.entries(jobs)) {
    const contexts = { github: { token: "a token" }, needs };
    if ((job.needs !== undefined && !checkouts.has(job.needs)) || !isEnabled(job.if, contexts)) continue;
    const checkout = join(folder, name);
    checkouts.set(name, checkout);
    if (name === VERIFY_JOB) continue;
    await runCommand(`git clone --quiet --depth 1 file://${origin} ${checkout}`, folder); // as actions/checkout does
    const scripts = join(folder, `${name}-scripts`);
    // Provenance needs a token of GitHub: see checkProvenance.
    const options = {
      checkout,
      folder: scripts,
      contexts,
      env,
      replacedEnv: { PNPM_CONFIG_PROVENANCE: "false" },
    };
    needs[name] = { outputs: await runJob(job, options) };
    // A job that is run again must not publish again.
    if (name === "publish") await runJob(job, options);
  }
  return checkouts;
}

async function environmentOfRunner(folder: string, registry: string): Promise<Record<string, string>> {
  const userConfig = join(folder, "npmrc");
  // The registry lets everybody publish, but npm's clients insist on a token.
  await writeFile(
    userConfig,
    `${registry.slice("http:".length)}:_authToken=anybody\n@durable-counter:registry=${registry}\n`,
  );
  const { origin, pathname } = new URL(REPOSITORY_URL);
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: origin,
    GITHUB_REPOSITORY: pathname.slice(1),
    PATH: `${join(folder, "gh")}:${process.env["PATH"]}`,
    npm_config_userconfig: userConfig,
    NPM_CONFIG_USERCONFIG: userConfig,
  };
}

/** Each package has a tag of its version in the repository, not only in the clone. */
async function checkTags(origin: string, clone: string): Promise<void> {
  const tags = (await runCommand("git tag", origin)).trim().split("\n");
  const listed = await runCommand("git ls-files packages/*/package.json", clone);
  for (const file of listed.trim().split("\n")) {
    const { name, version } = JSON.parse(await readFile(join(clone, file), "utf8")) as Record<string, string>; // of a package
    const tag = `${name}@${version}`;
    if (!tags.includes(tag)) throw new Error(`The repository has no tag ${tag}: ${tags.join(", ")}`);
  }
}

async function cloneWorkingTree(folder: string): Promise<void> {
  const listed = await runCommand("git ls-files -z --cached --others --exclude-standard", root);
  const files = listed.split("\0").filter((file) => file !== "");
  for (const path of new Set(files.map((file) => dirname(join(folder, file)))))
    await mkdir(path, { recursive: true });
  await Promise.all(files.map((file) => copyFile(join(root, file), join(folder, file)).catch(ignoreMissing)));
  const author = "git config user.name consumer && git config user.email consumer@example.invalid";
  await runCommand(
    `git init -q -b main && ${author} && git add -A && git commit -q --no-verify -m clone`,
    folder,
  );
}

/** Git still lists a file that was removed and not yet committed. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
