/**
 * Fails on what an editor would show without a word: exports, and what users write into options, requests and limits, that
 * have no documentation comment.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";

const root = resolve(import.meta.dirname, "..");
const entries = readdirSync(join(root, "packages")).flatMap((name) => {
  const folder = join(root, "packages", name);
  const { exports = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    exports?: Readonly<Record<string, string>>; // of the sources, each a file
  };
  return Object.values(exports).map((file) => join(folder, file));
});
const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), (file) => readFileSync(file, "utf8"));
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(entries, { ...options, noEmit: true });
const checker = program.getTypeChecker();

let described = 0;
const missing = new Set<string>();
for (const entry of entries) {
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) continue; // a program, which exports nothing
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    check(symbol, exported.name);
    if (!/(?:Options|Request|Limits)$/u.test(exported.name)) continue;
    for (const declaration of symbol.declarations ?? []) {
      if (!ts.isInterfaceDeclaration(declaration)) continue;
      for (const member of declaration.members) {
        const property = member.name && checker.getSymbolAtLocation(member.name);
        if (property !== undefined) check(property, `${exported.name}.${property.name}`);
      }
    }
  }
}
for (const line of [...missing].toSorted()) console.error(line);
console.log(`${described} exports and members are described, ${missing.size} are not.`);
process.exitCode = missing.size === 0 ? 0 : 1;

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
