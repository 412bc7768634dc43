import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A package manager and its version, as users run it in a project of their own. */
export type PackageManager = "npm" | "pnpm@11" | "pnpm@12" | "yarn@1" | "yarn@4";

/** What an install line of a README names. */
export interface InstallLine {
  readonly isDev: boolean;
  readonly packages: readonly string[];
}

/** The `npm install` lines of a README, in order. */
export function installLinesOf(readme: string): readonly InstallLine[] {
  return Array.from(readme.matchAll(/^npm install (.+?)(?: +#.*)?$/gmu), ([, words = ""]) => {
    const packages = words.trim().split(/ +/u);
    return {
      isDev: packages.includes("--save-dev"),
      packages: packages.filter((word) => word !== "--save-dev"),
    };
  });
}

/** The command line that adds packages, without questions and settings: what a README's line is for this manager. */
export function addCommand(manager: PackageManager, { isDev, packages }: InstallLine): string {
  const names = packages.join(" ");
  switch (manager) {
    case "npm":
      return `npm install --no-audit --no-fund ${isDev ? "--save-dev " : ""}${names}`;
    case "pnpm@11":
    case "pnpm@12":
      return `${run(manager)} add ${isDev ? "--save-dev " : ""}${names}`;
    case "yarn@1":
      return `${run(manager)} add --non-interactive ${isDev ? "--dev " : ""}${names}`;
    case "yarn@4":
      return `${run(manager)} add ${isDev ? "--dev " : ""}${names}`;
  }
}

/** The command line that installs what the lockfile has, as CI does. */
export function frozenInstallCommand(manager: PackageManager): string {
  switch (manager) {
    case "npm":
      return "npm ci --no-audit --no-fund";
    case "pnpm@11":
    case "pnpm@12":
      return `${run(manager)} install --frozen-lockfile`;
    case "yarn@1":
      return `${run(manager)} install --frozen-lockfile --non-interactive`;
    case "yarn@4":
      return `${run(manager)} install --immutable`;
  }
}

/** The command line that runs a program of an installed package. */
export function execCommand(manager: PackageManager, program: string): string {
  return manager === "yarn@4" ? `${run(manager)} ${program}` : `npx --no-install ${program}`;
}

function run(manager: Exclude<PackageManager, "npm">): string {
  return manager === "yarn@4" ? "npx --yes --package=@yarnpkg/cli-dist@4 yarn" : `npx --yes ${manager}`;
}

/** Where our packages come from; all others come from where the machine gets them. */
export async function useRegistry(project: string, manager: PackageManager, url: string): Promise<void> {
  if (manager === "yarn@4") {
    const settings = {
      npmScopes: { "durable-counter": { npmRegistryServer: url } },
      unsafeHttpWhitelist: ["127.0.0.1"],
      enableTelemetry: false,
      npmPreapprovedPackages: ["@durable-counter/*"], // yarn refuses what was published a minute ago
      // Its shared cache finds a package by name and version: it would install what an earlier run published.
      enableGlobalCache: false,
      enableMirror: false,
    };
    await writeFile(join(project, ".yarnrc.yml"), JSON.stringify(settings)); // JSON is YAML.
    await writeFile(join(project, "yarn.lock"), ""); // so that yarn does not look for a project above
    return;
  }
  await writeFile(join(project, ".npmrc"), `@durable-counter:registry=${url}\n`);
  // Nor is yarn 1's cache shared: it has packages of earlier runs, too, and two processes disturb each other in it.
  if (manager === "yarn@1") await writeFile(join(project, ".yarnrc"), 'cache-folder "./.yarn-cache"\n');
}
