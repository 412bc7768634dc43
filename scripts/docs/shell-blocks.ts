import { VERIFIED_COMMANDS } from "../verify-steps.ts";

/** A block of a document, in any language. */
export interface Block {
  /** The line of its fence in the document, from 1. */
  readonly line: number;
  /** As the fence says; empty where it says nothing. */
  readonly language: string;
  readonly code: string;
  /** Why it cannot be run: a comment above the block says it, `<!-- not run: it needs an AWS account -->`. */
  readonly notRun?: string;
}

/** The document whose commands of the emulator are run as they are. */
export const EMULATOR_README = "packages/emulator/README.md";
/** Each `ts` block is compiled, and is an excerpt of a file that a test runs; the others show what is printed or stored, or a diagram. */
const LANGUAGES: readonly string[] = ["ts", "sh", "json", "text", "mermaid"];
const EMULATOR = /^(?:echo '.*' \| )?npx durable-emulator /u;

/** The blocks of a Markdown file. */
export function blocksIn(text: string): readonly Block[] {
  const pattern = /(?:<!-- not run: (.+?) -->\s*)?^ *```([^\n`]*)\n([\s\S]*?)^ *```$/gmu;
  return Array.from(
    text.matchAll(pattern),
    ({ 0: all, 1: notRun, 2: language = "", 3: code = "", index }) => ({
      line: text.slice(0, index + all.indexOf("```")).split("\n").length,
      language: language.trim(),
      code,
      ...(notRun !== undefined && { notRun }),
    }),
  );
}

/** The command lines of a block of shell: without comments, and with continued lines as one. */
export function commandsOf({ code }: Block): readonly string[] {
  return code
    .replaceAll(/\\\n\s*/gu, "")
    .split("\n")
    .map((line) => line.replace(/(?:^|\s)#.*$/u, "").trim())
    .filter((line) => line !== "");
}

/** The command lines of a document that can be run. */
export function runnableCommands(text: string): readonly string[] {
  const blocks = blocksIn(text).filter(({ language, notRun }) => language === "sh" && notRun === undefined);
  return blocks.flatMap(commandsOf);
}

/**
 * Finds the blocks of a document that nothing runs and that do not say why.
 *
 * @param file the document, relative to the root
 * @returns a line for each fault
 */
export function untestedBlocksOf(file: string, text: string): readonly string[] {
  return blocksIn(text).flatMap((block) => {
    const at = `${file}:${block.line}`;
    const { language, notRun } = block;
    if (!LANGUAGES.includes(language)) {
      return [`${at}  A block of "${language}" is neither compiled nor run: write ${LANGUAGES.join(", ")}.`];
    }
    if (language !== "sh") {
      return notRun === undefined ? [] : [`${at}  Only a block of sh can say why it is not run.`];
    }
    const untested = commandsOf(block).filter((command) => !isRun(file, command));
    if (notRun !== undefined) {
      return untested.length === 0 ? [`${at}  All of it is run: remove its comment "not run".`] : [];
    }
    return untested.map(
      (command) =>
        `${at}  Nothing runs "${command}": add it to a test, or write <!-- not run: why --> above.`,
    );
  });
}

/** Whether `pnpm verify`, or the installation tests in it, run a command of a document. */
function isRun(file: string, command: string): boolean {
  return (
    VERIFIED_COMMANDS.has(command) ||
    /^(?:npm install|pnpm add) /u.test(command) ||
    (file === EMULATOR_README && EMULATOR.test(command))
  );
}
