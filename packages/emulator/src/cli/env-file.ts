import { parseEnv } from "node:util";
import { UsageError } from "./usage-error.ts";

const QUOTED = /=[ \t]*(["'`])(?:(?!\1)[^\\]|\\.)*\1/gsu;
const ASSIGNMENT = /^(?:export\s+)?[A-Za-z_]\w*\s*=/u;

/**
 * Reads `NAME=value` lines, in the format of Node's `--env-file`. Node ignores a line that is none, which hides mistakes.
 *
 * @throws UsageError naming the line
 */
export function readEnv(file: string, text: string): Readonly<Record<string, string>> {
  const lines = text
    .replaceAll(QUOTED, (quoted) => `=${"\n".repeat(quoted.split("\n").length - 1)}`)
    .split(/\r?\n/u);
  for (const [index, line] of lines.entries()) {
    const content = line.trim();
    if (content === "" || content.startsWith("#") || ASSIGNMENT.test(content)) continue;
    throw new UsageError(`${file}:${index + 1} is "${content}"; write NAME=value.`);
  }
  const variables = Object.entries(parseEnv(text)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(variables) as Record<string, string>; // without those that are undefined
}
