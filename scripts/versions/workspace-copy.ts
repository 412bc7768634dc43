import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

/** The exact version of each package that a copy of the workspace installs instead of the lockfile's. */
export type Versions = Readonly<Record<string, string>>;

const root = resolve(import.meta.dirname, "../..");
const exec = promisify(execFile);

/** The packages and what their tests need: examples, bench, and the tools that build and check are left out. */
const COPIED = /^(?:packages\/|scripts\/(?:test|versions)\/|[^/]+$)/u;
const NOT_COPIED = ["tsup.config.ts", "knip.jsonc"];
const TEST_TOOLS = ["@aws-sdk/client-dynamodb", "@types/node", "fast-check", "typescript", "vitest"];

/**
 * Copies the working tree into a folder and installs other versions there. This workspace and its lockfile stay as they
 * are. Everything in the copy gets the versions in the way a user would: sources, tests, child processes and bundlers.
 */
export async function copyWorkspace(folder: string, versions: Versions): Promise<void> {
  const { stdout } = await exec("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = stdout.split("\0").filter((file) => COPIED.test(file) && !NOT_COPIED.includes(file));
  await Promise.all(
    files.map(async (file) => {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await cp(join(root, file), join(folder, file)).catch((error: unknown) => {
        // Git still lists a file that was removed and not yet committed.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      });
    }),
  );
  await edit(join(folder, "pnpm-workspace.yaml"), (yaml) =>
    withCatalog(yaml, versions).replace(/^ {2}- (?:examples|bench).*\n/gmu, ""),
  );
  await edit(join(folder, "package.json"), (json) => {
    const manifest = JSON.parse(json) as { devDependencies: Record<string, string> }; // the root's package.json
    const devDependencies = Object.entries(manifest.devDependencies).filter(([name]) =>
      TEST_TOOLS.includes(name),
    );
    return JSON.stringify({ ...manifest, devDependencies: Object.fromEntries(devDependencies) });
  });
  await exec("pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline", "--reporter=append-only"], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** The workspace's settings, with these versions in its catalog. */
export function withCatalog(yaml: string, versions: Versions): string {
  let edited = yaml;
  for (const [name, version] of Object.entries(versions)) {
    const line = new RegExp(`^( {2}"?${name.replaceAll("/", "\\/")}"?:) .*$`, "mu");
    if (!line.test(edited)) throw new Error(`The catalog of pnpm-workspace.yaml has no line for ${name}.`);
    edited = edited.replace(line, `$1 ${version}`);
  }
  return edited;
}

async function edit(file: string, change: (content: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, "utf8")));
}
