/**
 * Fails on what an editor would show without a word: exports, and what users write into options, requests and limits, that
 * have no documentation comment. Fails on blocks of TypeScript in the documents that do not compile as they are shown, and on
 * links of Markdown files that lead to no file in git or to no heading.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { allCodeBlocks, documents } from "./docs/code-blocks.ts";
import { compileBlocks } from "./docs/compile-blocks.ts";
import { brokenLinksOf } from "./docs/links.ts";
import { blocksIn, commandsOf, untestedBlocksOf } from "./docs/shell-blocks.ts";
import { readPublicApi, root } from "./public-api.ts";

const { checker, entries } = readPublicApi();
let described = 0;
const missing = new Set<string>();
for (const { name, symbol } of entries.flatMap(({ exports }) => exports)) {
  check(symbol, name);
  if (!/(?:Options|Request|Limits)$/u.test(name)) continue;
  for (const declaration of symbol.declarations ?? []) {
    if (!ts.isInterfaceDeclaration(declaration)) continue;
    for (const member of declaration.members) {
      const property = member.name && checker.getSymbolAtLocation(member.name);
      if (property !== undefined) check(property, `${name}.${property.name}`);
    }
  }
}
for (const line of [...missing].toSorted()) console.error(line);
console.log(`${described} exports and members are described, ${missing.size} are not.`);
const blocks = allCodeBlocks();
const errors = compileBlocks(blocks);
for (const error of errors) console.error(error);
console.log(`${blocks.length} blocks of TypeScript were compiled, with ${errors.length} errors.`);
const untested = checkShell();
for (const fault of untested) console.error(fault);
const { followed, broken } = await checkLinks();
for (const link of broken) console.error(link);
console.log(`The links of ${followed} documents were followed, ${broken.length} are broken.`);
const faults = missing.size + errors.length + untested.length + broken.length;
process.exitCode = faults === 0 && blocks.length > 0 && followed > 0 ? 0 : 1;

/** Which commands of documents are run is counted here; `pnpm verify` runs them. */
function checkShell(): readonly string[] {
  const texts = documents().map((file) => [file, readFileSync(join(root, file), "utf8")] as const);
  const shell = texts.flatMap(([, text]) => blocksIn(text)).filter(({ language }) => language === "sh");
  const isMarked = ({ notRun }: { notRun?: string }) => notRun !== undefined;
  const count = (found: typeof shell) => found.flatMap(commandsOf).length;
  const [marked, run] = [count(shell.filter(isMarked)), count(shell.filter((block) => !isMarked(block)))];
  const faults = texts.flatMap(([file, text]) => untestedBlocksOf(file, text));
  console.log(
    `${run - faults.length} commands of shell are run; ${marked} say why not, ${faults.length} blocks or commands are not tested.`,
  );
  return faults;
}

async function checkLinks() {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  const files = stdout.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
  const paths = new Set(files);
  // On GitHub, a folder can be linked to as well.
  for (const file of files) for (let at = dirname(file); at !== "."; at = dirname(at)) paths.add(at);
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  // A template of the site is no document.
  const followed = files.filter((file) => file.endsWith(".md") && !file.startsWith("docs/source/"));
  const broken: string[] = [];
  for (const file of followed) broken.push(...(await brokenLinksOf(file, read(file), { paths, read })));
  return { followed: followed.length, broken };
}

function check(symbol: ts.Symbol, name: string): void {
  // Of a schema and a type that share a name, one text is enough: editors show both.
  if (ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== "") {
    described++;
    return;
  }
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) return;
  const source = declaration.getSourceFile();
  if (source.fileName.includes("/node_modules/")) return;
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
  missing.add(`${relative(root, source.fileName)}:${line + 1}  ${name}`);
}
