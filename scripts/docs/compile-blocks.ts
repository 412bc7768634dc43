import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import type { CodeBlock } from "./code-blocks.ts";

const root = resolve(import.meta.dirname, "../..");
/** Packages are found from here, as in the project of a user who has installed all of ours. */
const PROJECT = join(root, "examples");

/**
 * Type-checks blocks, each as a module of its own, in one program.
 *
 * A module has as many empty lines before the block as the Markdown file has lines, so positions are those of the Markdown file.
 * A relative import leads to the block of the same file that has this name, or to a file beside the one it is an excerpt of.
 *
 * @returns a line for each error, with file and line of the Markdown file
 */
export function compileBlocks(blocks: readonly CodeBlock[]): readonly string[] {
  const modules = new Map(blocks.map((block) => [pathOf(block), block]));
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), (file) => ts.sys.readFile(file));
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(config, ts.sys, root).options,
    noUnusedLocals: false, // An example may end with a result that its reader uses.
  };
  const host = ts.createCompilerHost(options);
  const sourceOf = (path: string): string | undefined => {
    const block = modules.get(path);
    return block && "\n".repeat(block.line - 1) + block.code;
  };
  const disk = ts.createCompilerHost(options);
  const folders = new Set([...modules.keys()].map((path) => dirname(path)));
  host.directoryExists = (path) => folders.has(path) || disk.directoryExists?.(path) !== false;
  host.fileExists = (path) => modules.has(path) || disk.fileExists(path);
  host.readFile = (path) => sourceOf(path) ?? disk.readFile(path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const source = sourceOf(path);
    return source === undefined
      ? disk.getSourceFile(path, languageVersion, ...rest)
      : ts.createSourceFile(path, source, languageVersion);
  };
  host.resolveModuleNameLiterals = (literals, importer, redirected, compilerOptions, source) =>
    literals.map((literal) => {
      const block = modules.get(importer);
      const isRelative = literal.text.startsWith(".");
      const isSibling = isRelative && modules.has(join(dirname(importer), literal.text));
      const beside = isRelative
        ? join(root, block?.excerptOf ?? block?.file ?? "")
        : join(PROJECT, "block.ts");
      return ts.resolveModuleName(
        literal.text,
        block === undefined || isSibling ? importer : beside,
        compilerOptions,
        host,
        undefined,
        redirected,
        ts.getModeForUsageLocation(source, literal, compilerOptions),
      );
    });
  const program = ts.createProgram([...modules.keys()], options, host);
  return [...modules].flatMap(([path, block]) => {
    const source = program.getSourceFile(path);
    if (source === undefined) return [`${block.file}:${block.line}  cannot be read`];
    const diagnostics = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return diagnostics.map(({ messageText, start = 0 }) => {
      const { line } = source.getLineAndCharacterOfPosition(start);
      return `${block.file}:${line + 1}  ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}

function pathOf({ file, line, name }: CodeBlock): string {
  return join(PROJECT, ".blocks", file, name ?? `line-${line}.ts`);
}
