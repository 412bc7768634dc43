/**
 * Writes into every package.json where the sources are. npm shows it, resolves the links of a README by it, and checks
 * provenance by it.
 *
 *   pnpm set:repository https://github.com/OWNER/NAME
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [url = ""] = process.argv.slice(2);
if (!/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/u.test(url) || url.endsWith(".git")) {
  console.error(`The repository is ${JSON.stringify(url)}; pass https://github.com/OWNER/NAME.`);
  process.exit(1);
}
const root = resolve(import.meta.dirname, "..");
for (const name of readdirSync(join(root, "packages"))) {
  const directory = `packages/${name}`;
  const file = join(root, directory, "package.json");
  const { license, ...manifest } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>; // an object
  const fields = Object.entries(manifest).filter(
    ([key]) => !["homepage", "bugs", "repository"].includes(key),
  );
  const before = fields.findIndex(([key]) => key === "type");
  const sources = {
    homepage: `${url}/tree/main/${directory}#readme`,
    bugs: `${url}/issues`,
    repository: { type: "git", url: `git+${url}.git`, directory },
  };
  fields.splice(before, 0, ...Object.entries(sources), ["license", license]);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(fields), null, 2)}\n`);
}
