import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { runCommand } from "./run-command.ts";

const root = resolve(import.meta.dirname, "../..");
/** The command that `pnpm release` ends with. */
const PUBLISH = "pnpm exec changeset publish";

/**
 * Publishes all packages from a fresh clone of the working tree, as a release does: changesets become versions and
 * changelogs, and the command of the release builds, packs and publishes.
 */
export async function publishFromFreshClone(folder: string, registry: string): Promise<string> {
  await cloneWorkingTree(folder);
  const userConfig = join(folder, "..", "npmrc");
  // The registry lets everybody publish, but npm's clients insist on a token.
  await writeFile(
    userConfig,
    `${registry.slice("http:".length)}:_authToken=anybody\n@durable-counter:registry=${registry}\n`,
  );
  const env = { npm_config_userconfig: userConfig, NPM_CONFIG_USERCONFIG: userConfig, CI: "true" };
  await runCommand("pnpm install --frozen-lockfile --prefer-offline", folder, env);
  await runCommand("pnpm exec changeset version", folder, env);
  return runCommand(PUBLISH, folder, env);
}

async function cloneWorkingTree(folder: string): Promise<void> {
  const listed = await runCommand("git ls-files -z --cached --others --exclude-standard", root);
  const files = listed.split("\0").filter((file) => file !== "");
  for (const path of new Set(files.map((file) => dirname(join(folder, file)))))
    await mkdir(path, { recursive: true });
  await Promise.all(files.map((file) => copyFile(join(root, file), join(folder, file)).catch(ignoreMissing)));
  // Changesets tags what it publishes, which git refuses to somebody without a name.
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
