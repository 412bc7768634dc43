import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeBlocksIn } from "../docs/code-blocks.ts";
import { installLinesOf, useRegistry } from "./package-manager.ts";
import { runCommand } from "./run-command.ts";

/** Pages of the documentation that a new user follows from top to bottom, in one project. */
export interface Pages {
  /** Their texts, by their names. */
  readonly texts: Readonly<Record<string, string>>;
  readonly registry: string;
  /** Of a test that must fail, because the page says so: its file, and a rule that it must name. */
  readonly broken?: { readonly file: string; readonly rule: string };
}

/** Does what pages say in an empty project: installs by their lines, saves their blocks under their names, and runs their tests. */
export async function runPages(folder: string, { texts, registry, broken }: Pages): Promise<void> {
  const names = Object.keys(texts).join(", ");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await useRegistry(folder, "npm", registry);
  for (const [name, text] of Object.entries(texts)) checkInstallLines(name, text);
  await installBy(Object.values(texts).join("\n"), folder);
  const blocks = Object.entries(texts).flatMap(([name, text]) =>
    codeBlocksIn(name, text).flatMap(({ name: file, code }) => (file ? [{ file, code }] : [])),
  );
  for (const { file, code } of blocks) await writeFile(join(folder, file), code);
  const tests = blocks.map(({ file }) => file).filter((file) => file.endsWith(".test.ts"));
  const passing = tests.filter((file) => file !== broken?.file);
  if (passing.length === 0) throw new Error(`No test of ${names} passes.`);
  await runCommand(`npx --no-install vitest run ${passing.join(" ")}`, folder);
  if (broken === undefined) return;
  const failure = await runCommand(`npx --no-install vitest run ${broken.file}`, folder).catch(String);
  if (!failure.includes(`× ${broken.rule}`))
    throw new Error(`${broken.file} of ${names} should have failed at "${broken.rule}":\n${failure}`);
}

/** What a page imports is in its own install lines, whatever another page or package brings along. */
function checkInstallLines(name: string, text: string): void {
  const installed = new Set(installLinesOf(text).flatMap(({ packages }) => packages));
  const imported = codeBlocksIn(name, text).flatMap(({ code }) =>
    Array.from(
      code.matchAll(/^(?:import|\}) .*from "(?!node:|\.)((?:@[^/"]+\/)?[^/"]+)/gmu),
      ([, found = ""]) => found,
    ),
  );
  const missing = new Set(imported.filter((found) => !installed.has(found)));
  if (missing.size > 0) throw new Error(`No install line of ${name} names ${[...missing].join(", ")}.`);
}

/** Runs every install line for npm of a text as it is, one after the other in one project. */
export async function installBy(text: string, folder: string): Promise<void> {
  for (const line of new Set(text.match(/^npm install [^#\n]+/gmu))) {
    await runCommand(`${line} --no-audit --no-fund`, folder);
  }
}
