/**
 * Writes into every package.json where the sources are. npm shows it, resolves the links of a README by it, and compares it
 * with the provenance. The commands that make versions and that publish run this first.
 *
 *   pnpm set:repository [https://github.com/OWNER/NAME]
 *
 * Without an address, it is that of the workflow that runs this, or of the git remote "origin".
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findRepositoryUrl, withRepository } from "./release/repository-url.ts";

const root = resolve(import.meta.dirname, "..");
const [argument] = process.argv.slice(2);
const origin = spawnSync("git", ["remote", "get-url", "origin"], { cwd: root, encoding: "utf8" });
const originUrl = origin.status === 0 ? origin.stdout.trim() : undefined;
try {
  const url = findRepositoryUrl({ argument, env: process.env, originUrl });
  for (const name of readdirSync(join(root, "packages"))) {
    const directory = `packages/${name}`;
    const file = join(root, directory, "package.json");
    writeFileSync(file, withRepository(readFileSync(file, "utf8"), url, directory));
  }
  console.log(`Every package.json says that the sources are at ${url}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
