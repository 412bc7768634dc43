import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { frozenInstallCommand, installLinesOf, useRegistry } from "./package-manager.ts";
import { runCommand } from "./run-command.ts";
import { installBy } from "./run-page.ts";
import { installedPackages } from "./run-project.ts";

/** How far the measured size may be from what a README states: dependencies release often. */
const TOLERANCE = 0.25;
/** Rounding alone differs by this much where little is installed. */
const ROUNDING = { packages: 2, megabytes: 2 };

/** Runs a README's install line as it is, and compares what it installs with what the README states. */
export async function checkInstallSize(
  folder: string,
  { name, readme, registry }: { name: string; readme: string; registry: string },
): Promise<string> {
  const line = /^npm install .+$/mu.exec(readme)?.[0];
  const stated = /It installs (\d+) packages, (\d+) MB\b/u.exec(readme);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await useRegistry(folder, "npm", registry);
  if (line === undefined)
    throw new Error(`packages/${name}/README.md has no line that begins with "npm install".`);
  await runCommand(`${line} --no-audit --no-fund`, folder);
  const [ours = ""] = installLinesOf(readme).flatMap((each) => each.packages);
  await runCommand(`node -e 'import("${ours}")'`, folder);

  const packages = (await installedPackages(folder)).length;
  const megabytes = Math.ceil((await bytesIn(join(folder, "node_modules"))) / 1_000_000);
  const measured = `It installs ${packages} packages, ${megabytes} MB.`;
  if (stated === null)
    throw new Error(`packages/${name}/README.md does not state its size; add: ${measured}`);
  if (
    isFar(Number(stated[1]), packages, ROUNDING.packages) ||
    isFar(Number(stated[2]), megabytes, ROUNDING.megabytes)
  ) {
    throw new Error(`packages/${name}/README.md states "${stated[0]}"; measured: ${measured}`);
  }
  return measured;
}

function isFar(stated: number, measured: number, rounding: number): boolean {
  return Math.abs(stated - measured) > Math.max(rounding, stated * TOLERANCE);
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  let bytes = 0;
  for (const { parentPath, name } of files) bytes += (await stat(join(parentPath, name))).size;
  return bytes;
}

/** Runs lines that install with npm as documents show them, one after the other in one project. */
export async function runInstallLines(
  folder: string,
  { lines, registry }: { lines: readonly string[]; registry: string },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await useRegistry(folder, "npm", registry);
  await installBy(lines.join("\n"), folder);
  const names = lines.flatMap((line) => installLinesOf(line)).flatMap(({ packages }) => packages);
  const ours = [...new Set(names)].filter((name) => name.startsWith("@durable-counter/"));
  for (const name of ours) await runCommand(`node -e 'import("${name}")'`, folder);
}

/** Runs lines that install with pnpm as documents show them, each in a project of its own, and then installs as CI does. */
export async function runPnpmLines(
  folder: string,
  { lines, registry }: { lines: readonly string[]; registry: string },
): Promise<void> {
  for (const [index, line] of lines.entries()) {
    const project = join(folder, String(index));
    await mkdir(project, { recursive: true });
    await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    await useRegistry(project, "pnpm@12", registry);
    await runCommand(line.replace("pnpm", "npx --yes pnpm@12"), project);
    await runCommand(frozenInstallCommand("pnpm@12"), project);
  }
}
