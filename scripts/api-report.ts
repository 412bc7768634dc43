/**
 * Keeps docs/api equal to what the packages export, so that a change of the public API is seen in a review. Fails where it
 * differs; `--write` updates it.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { format, resolveConfig } from "prettier";
import ts from "typescript";
import { readPublicApi, root, type PublicEntry } from "./public-api.ts";

const folder = join(root, "docs", "api");
const { program, entries } = readPublicApi({
  noEmit: false,
  declaration: true,
  emitDeclarationOnly: true,
  removeComments: true,
});
/** The statements of each source file, as a declaration file has them. */
const declarations = new Map<string, readonly ts.Statement[]>();
const { diagnostics } = program.emit(undefined, (_file, text, _bom, _onError, sources) => {
  for (const { fileName } of sources ?? []) {
    declarations.set(fileName, ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true).statements);
  }
});
if (diagnostics.length > 0) {
  throw new Error(
    diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n"),
  );
}

const differing: string[] = [];
for (const name of new Set(entries.map((entry) => entry.folder))) {
  const file = join(folder, `${name}.md`);
  const sections = entries.filter((entry) => entry.folder === name && entry.exports.length > 0).map(section);
  const text = `# The public API of packages/${name}\n\nWritten by \`pnpm write:api\`.\n\n${sections.join("\n\n")}\n`;
  const report = await format(text, { ...(await resolveConfig(file)), parser: "markdown" });
  if (process.argv.includes("--write")) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, report);
  } else if (report !== contentOf(file)) {
    differing.push(relative(root, file));
  }
}
if (differing.length > 0) {
  console.error(
    `The public API is no longer that of ${differing.join(", ")}; run pnpm write:api, and review it.`,
  );
  process.exitCode = 1;
}

function section({ specifier, exports }: PublicEntry): string {
  const names = exports.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const code = names.flatMap(({ name, symbol }) => declarationsOf(name, symbol));
  return `## ${specifier}\n\n\`\`\`ts\n${[...new Set(code)].join("\n\n")}\n\`\`\``;
}

function declarationsOf(name: string, symbol: ts.Symbol): readonly string[] {
  const files = new Set(symbol.declarations?.map((declaration) => declaration.getSourceFile().fileName));
  const own = symbol.name;
  const found = [...files]
    .flatMap((file) => declarations.get(file) ?? [])
    .filter((each) => declares(each, own));
  const text = found.map((statement) => statement.getText().replace(/^export (?:declare )?/u, ""));
  return text.length === 0 ? [`// ${name} comes from another package`] : text;
}

function declares(statement: ts.Statement, name: string): boolean {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.some((each) => each.name.getText() === name);
  }
  const isNamed =
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return isNamed && statement.name?.text === name;
}

/** The report as it is; empty where there is none yet. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
