import { expect, test } from "vitest";
import { EMULATOR_README, runnableCommands, untestedBlocksOf } from "./shell-blocks.ts";

const block = (language: string, ...lines: readonly string[]) =>
  ["```" + language, ...lines, "```", ""].join("\n");
const faultsOf = (...parts: readonly string[]) => untestedBlocksOf("docs/page.md", parts.join("\n"));

test("commands that verification or the installation tests run need no reason", () => {
  expect(
    faultsOf(
      block("sh", "npm install zod   # a comment", "pnpm add --save-dev zod", "# another", "pnpm test"),
      block("json", "{}"),
      block("ts", "export {};"),
    ),
  ).toEqual([]);
});

test("a command that nothing runs is a fault, with its line", () => {
  expect(faultsOf("# Title\n", block("sh", "pnpm test", "pnpm none"))).toEqual([
    expect.stringMatching(/^docs\/page\.md:3 {2}Nothing runs "pnpm none"/u),
  ]);
});

test("a command that cannot be run says why, and only such a one", () => {
  const reason = "<!-- not run: it needs an AWS account -->\n";
  expect(faultsOf(reason, block("sh", "aws lambda invoke \\", "  answer.json"))).toEqual([]);
  expect(faultsOf(reason, block("sh", "pnpm test"))).toEqual([expect.stringContaining("All of it is run")]);
  expect(faultsOf(reason, block("ts", "run();"))).toEqual([expect.stringContaining("Only a block of sh")]);
});

test.each(["js", "javascript", "bash", "tsx", "yaml", ""])("a block of %j is a fault", (language) => {
  expect(faultsOf(block(language, "run"))).toEqual([expect.stringContaining("neither compiled nor run")]);
});

test("the emulator's commands are run where its README shows them, and nowhere else", () => {
  const text = block("sh", "echo '{}' | npx durable-emulator invoke order -");
  expect(untestedBlocksOf(EMULATOR_README, text)).toEqual([]);
  expect(faultsOf(text)).toHaveLength(1);
});

test("a continued line is one command, and a block in a list counts", () => {
  expect(runnableCommands("- a list\n\n  ```sh\n  npm install \\\n    zod # zod\n  ```\n")).toEqual([
    "npm install zod",
  ]);
});
