import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** A block of TypeScript in a Markdown file. */
export interface CodeBlock {
  /** The Markdown file, relative to the root. */
  readonly file: string;
  /** The line of the file on which the code begins, from 1. */
  readonly line: number;
  readonly code: string;
  /** The name that the first line gives it, as in `// order.ts`. Later blocks of the same file import it by this name. */
  readonly name?: string;
  /** The tested file that the comment above names. */
  readonly excerptOf?: string;
}

/** The Markdown files that users read, relative to the root. */
export function documents(): readonly string[] {
  return globSync(
    [
      "*.md",
      "bench/README.md",
      "packages/*/README.md",
      "examples/README.md",
      "examples/infra/README.md",
      "docs/*.md",
      "docs/{recipes,observations}/*.md",
    ],
    { cwd: root },
  ).toSorted();
}

/** The blocks of TypeScript of a text. */
export function codeBlocksIn(file: string, text: string): readonly CodeBlock[] {
  const pattern = /(?:<!-- excerpt of (\S+) -->\s*)?^```(?:ts|typescript)\n([\s\S]*?)^```$/gmu;
  return Array.from(text.matchAll(pattern), ({ 0: all, 1: excerptOf, 2: code = "", index }) => {
    const name = /^\/\/ ([\w.-]+\.ts)\n/u.exec(code)?.[1];
    return {
      file,
      line: text.slice(0, index + all.indexOf("```")).split("\n").length + 1,
      code,
      ...(name !== undefined && { name }),
      ...(excerptOf !== undefined && { excerptOf }),
    };
  });
}

/** The blocks of all documents. */
export function allCodeBlocks(): readonly CodeBlock[] {
  return documents().flatMap((file) => codeBlocksIn(file, readFileSync(join(root, file), "utf8")));
}

/**
 * What a block does, without its name, its imports, and what it declares as given by the reader's own code. `// …` stands
 * for lines of the file that the block leaves out.
 *
 * @returns the excerpts, in order
 */
export function excerptsIn(code: string): readonly string[] {
  return code
    .replace(/^\/\/ [\w.-]+\.ts\n/u, "")
    .replace(/^import [\s\S]*?;\n/gmu, "// …\n") // a comment can stand before them
    .replace(/^declare module [\s\S]*?^\}\n/gmu, "")
    .replace(/^declare (?:const|let) .*;(?: \/\/.*)?\n/gmu, "")
    .split(/^ *\/\/ …\n/mu)
    .filter((excerpt) => excerpt.trim() !== "");
}
