import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeBlocksIn } from "../docs/code-blocks.ts";
import { useRegistry } from "./package-manager.ts";
import { runCommand } from "./run-command.ts";

/** A page of the documentation that a new user follows from top to bottom. */
export interface Page {
  readonly name: string;
  readonly text: string;
  readonly registry: string;
  /** Of a test that must fail, because the page says so: its file, and a rule that it must name. */
  readonly broken?: { readonly file: string; readonly rule: string };
}

/** Does what a page says in an empty project: installs by its lines, saves its blocks under their names, and runs its tests. */
export async function runPage(folder: string, { name, text, registry, broken }: Page): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await useRegistry(folder, "npm", registry);
  await installBy(text, folder);
  const blocks = codeBlocksIn(name, text).flatMap(({ name: file, code }) => (file ? [{ file, code }] : []));
  for (const { file, code } of blocks) await writeFile(join(folder, file), code);
  const tests = blocks.map(({ file }) => file).filter((file) => file.endsWith(".test.ts"));
  const passing = tests.filter((file) => file !== broken?.file);
  if (passing.length === 0) throw new Error(`${name} has no test that passes.`);
  await runCommand(`npx --no-install vitest run ${passing.join(" ")}`, folder);
  if (broken === undefined) return;
  const failure = await runCommand(`npx --no-install vitest run ${broken.file}`, folder).catch(String);
  if (!failure.includes(`× ${broken.rule}`))
    throw new Error(`${broken.file} of ${name} should have failed at "${broken.rule}":\n${failure}`);
}

/** Runs every install line for npm of a page as it is, one after the other in one project. */
export async function installBy(text: string, folder: string): Promise<void> {
  for (const line of text.match(/^npm install [^#\n]+/gmu) ?? []) {
    await runCommand(`${line} --no-audit --no-fund`, folder);
  }
}
