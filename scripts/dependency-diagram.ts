/**
 * Keeps the dependency diagram in ARCHITECTURE.md equal to the package.json files, which dependency-cruiser and knip
 * keep equal to the imports. Fails where it differs; `--write` updates it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const document = join(root, "ARCHITECTURE.md");
const START = "<!-- dependency diagram: written by pnpm write:diagram -->";
const END = "<!-- end of dependency diagram -->";
const SCOPE = "@durable-counter/";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const text = readFileSync(document, "utf8");
const [before, rest] = cut(text, START);
const [, after] = cut(rest, END);
const expected = `${before}${START}\n\n${diagram()}\n\n${END}${after}`;
if (process.argv.includes("--write")) {
  writeFileSync(document, expected);
} else if (text !== expected) {
  console.error(
    "The dependency diagram in ARCHITECTURE.md differs from the package.json files; run pnpm write:diagram.",
  );
  process.exitCode = 1;
}

function cut(from: string, marker: string): [before: string, after: string] {
  const at = from.indexOf(marker);
  if (at === -1) throw new Error(`ARCHITECTURE.md lacks the line "${marker}".`);
  return [from.slice(0, at), from.slice(at + marker.length)];
}

/** Packages with everything they depend on; of the examples only which packages they use. */
function diagram(): string {
  const packages = readdirSync(join(root, "packages")).map((name) => arrowsOf(name, `packages/${name}`));
  const examples = arrowsOf("examples", "examples", isOurs);
  return ["```mermaid", "flowchart LR", ...packages.flat(), ...examples, "```"].join("\n");
}

function isOurs(name: string): boolean {
  return name.startsWith(SCOPE);
}

function arrowsOf(name: string, folder: string, isShown = (_target: string) => true): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  return [
    ...Object.keys(dependencies)
      .filter(isShown)
      .map((target) => `  ${name} --> ${node(target)}`),
    ...Object.keys(peerDependencies).map((target) => {
      const label = peerDependenciesMeta[target]?.optional === true ? "optional peer" : "peer";
      return `  ${name} -. ${label} .-> ${node(target)}`;
    }),
  ];
}

/** A package of ours by its short name; others as a rounded box, under an id without signs. */
function node(name: string): string {
  if (isOurs(name)) return name.slice(SCOPE.length);
  return `${name.replaceAll(/[^a-z0-9]+/gu, "_")}("${name}")`;
}
