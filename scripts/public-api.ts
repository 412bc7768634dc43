import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

export const root = resolve(import.meta.dirname, "..");

/** What one entry of a package exports, as its source files have it. */
export interface PublicEntry {
  /** The folder of its package, such as `core`. */
  readonly folder: string;
  /** What users import from, such as `@durable-counter/testing/dynamodb`. */
  readonly specifier: string;
  readonly exports: readonly { readonly name: string; readonly symbol: ts.Symbol }[];
}

/** The exports of every entry of every package, and the program that has their sources. */
export function readPublicApi(options: ts.CompilerOptions = {}): {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly entries: readonly PublicEntry[];
} {
  const files = readdirSync(join(root, "packages")).flatMap((folder) => {
    const { name, exports = {} } = JSON.parse(
      readFileSync(join(root, "packages", folder, "package.json"), "utf8"),
    ) as { name: string; exports?: Readonly<Record<string, string>> }; // of the sources, each a file
    return Object.entries(exports).map(([subpath, file]) => ({
      folder,
      specifier: name + subpath.slice(1),
      path: join(root, "packages", folder, file),
    }));
  });
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), (file) =>
    readFileSync(file, "utf8"),
  );
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(
    files.map(({ path }) => path),
    { ...parsed.options, ...options },
  );
  const checker = program.getTypeChecker();
  const entries = files.map(({ folder, specifier, path }) => {
    const source = program.getSourceFile(path);
    // A program, such as a command, exports nothing.
    const module = source && checker.getSymbolAtLocation(source);
    const exported = module === undefined ? [] : checker.getExportsOfModule(module);
    return {
      folder,
      specifier,
      exports: exported.map((each) => ({
        name: each.name,
        symbol: each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each,
      })),
    };
  });
  return { program, checker, entries };
}
