import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  addCommand,
  frozenInstallCommand,
  useRegistry,
  type InstallLine,
  type PackageManager,
} from "./package-manager.ts";
import { ENGINE } from "./programs.ts";
import type { Project } from "./projects.ts";
import { runCommand } from "./run-command.ts";

/** Packages of which a project must have one copy: their types or classes are part of our API. */
const SHARED = ["zod", "@aws/durable-execution-sdk-js", "@durable-counter/core"];

/** An empty project of a user. */
async function createProject(
  folder: string,
  { manager, modules }: Pick<Project, "manager" | "modules">,
  registry: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const type = modules === "esm" ? "module" : "commonjs";
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", version: "1.0.0", private: true, type }),
  );
  await useRegistry(folder, manager, registry);
}

/** Installs what the READMEs say, and what the project needs besides, and runs its commands. */
export async function runProject(
  project: Project,
  { folder, registry, lines }: { folder: string; registry: string; lines: readonly InstallLine[] },
): Promise<void> {
  const { manager, node, tools = [], files, commands, refused } = project;
  await createProject(folder, project, registry);
  const run = (command: string) => runCommand(node === undefined ? command : onNode(node, command), folder);
  const added = new Set(["vitest", ...tools.map((tool) => tool.replace(/(?<=.)@.*$/u, ""))]); // the project's own
  for (const isDev of [false, true]) {
    const ours = lines.filter((line) => line.isDev === isDev).flatMap(({ packages }) => packages);
    // yarn refuses to add a package in both ways.
    const names = [...new Set(ours)].filter((name) => !added.has(name));
    for (const name of names) added.add(name);
    await run(addCommand(manager, { isDev, packages: [...names, ...(isDev ? tools : [])] }));
  }
  await checkCopies(folder, manager);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  }
  for (const command of commands) await run(command);
  if (refused !== undefined) await checkRefused(run(refused.command), refused.says);
}

/**
 * Starts an engine that is not installed, follows the advice of the error, and starts it again. A later install from the
 * lockfile must work too.
 */
export async function runEngineProject(
  manager: PackageManager,
  { folder, registry, lines }: { folder: string; registry: string; lines: readonly InstallLine[] },
): Promise<void> {
  await createProject(folder, { manager, modules: "esm" }, registry);
  const packages = lines.flatMap((line) => line.packages).filter((name) => name !== "vitest");
  const peers = manager.startsWith("yarn") ? ["zod"] : []; // yarn installs no peers by itself
  await runCommand(
    addCommand(manager, { isDev: true, packages: [...new Set([...packages, ...peers])] }),
    folder,
  );
  await writeFile(join(folder, "engine.mjs"), ENGINE);
  const advice = await checkRefused(runCommand("node engine.mjs", folder), "dynalite is not installed");
  const tool = manager.startsWith("pnpm") ? "pnpm add" : "npm install";
  const command = new RegExp(`^ +(${tool} .+)$`, "mu").exec(advice)?.[1];
  if (command === undefined) throw new Error(`The error names no command for ${manager}:\n${advice}`);
  const line = command
    .replace(/^pnpm add|^npm install/u, "")
    .trim()
    .split(" ");
  const wanted = line.filter((word) => word !== "--save-dev");
  await runCommand(addCommand(manager, { isDev: true, packages: wanted }), folder);
  await runCommand(frozenInstallCommand(manager), folder);
  await runCommand("node engine.mjs", folder);
}

/** The text of an expected failure. */
async function checkRefused(running: Promise<string>, says: string): Promise<string> {
  const failure = await running.then(
    () => undefined,
    (error: unknown) => String(error),
  );
  if (failure === undefined) throw new Error(`This should have failed, and said: ${says}`);
  if (!failure.includes(says)) throw new Error(`This should have said "${says}":\n${failure}`);
  return failure;
}

function onNode(version: string, command: string): string {
  return `npx --yes --package=node@${version} -c '${command}'`;
}

async function checkCopies(folder: string, manager: PackageManager): Promise<void> {
  if (manager === "yarn@4") return; // Plug'n'Play has no folders to count, and refuses what a package did not declare
  const installed = await installedPackages(folder);
  for (const name of SHARED) {
    const copies = installed.filter((one) => one.name === name);
    if (copies.length !== 1)
      throw new Error(`${copies.length} copies of ${name} are installed: ${JSON.stringify(copies)}`);
  }
  const engines = installed.filter(({ name }) => ["dynalite", "amplify-dynamodb-simulator"].includes(name));
  if (engines.length > 0) throw new Error(`Nobody asked for ${engines.map(({ name }) => name).join(", ")}.`);
}

/** Every package below `node_modules`, once for each copy. */
export async function installedPackages(
  folder: string,
): Promise<readonly { readonly name: string; readonly version: string; readonly path: string }[]> {
  const found: { name: string; version: string; path: string }[] = [];
  const visit = async (modules: string): Promise<void> => {
    for (const entry of await readdir(modules, { withFileTypes: true }).catch(() => [])) {
      // A link leads to a copy that is found elsewhere.
      if (!entry.isDirectory() || entry.name === ".bin") continue;
      const path = join(modules, entry.name);
      if (entry.name === ".pnpm") {
        for (const stored of await readdir(path)) await visit(join(path, stored, "node_modules"));
      } else if (entry.name.startsWith("@")) {
        await visit(path);
      } else if (!entry.name.startsWith(".")) {
        const manifest = await readFile(join(path, "package.json"), "utf8").catch(() => undefined);
        if (manifest === undefined) continue;
        const { name, version } = JSON.parse(manifest) as { name: string; version: string }; // an installed package has both
        found.push({ name, version, path });
        await visit(join(path, "node_modules"));
      }
    }
  };
  await visit(join(folder, "node_modules"));
  return found;
}
