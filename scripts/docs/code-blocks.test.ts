import { expect, test } from "vitest";
import { allCodeBlocks, codeBlocksIn, documents } from "./code-blocks.ts";

const fence = "```";
const TEXT = `# A title

<!-- excerpt of examples/order.ts -->

${fence}ts
// order.ts
export const order = 1;
${fence}

${fence}json
{}
${fence}

${fence}ts
import { order } from "./order.ts";
${fence}
`;

test("a block has the line of its first line of code, its name and the file that it is an excerpt of", () => {
  expect(codeBlocksIn("README.md", TEXT)).toEqual([
    {
      file: "README.md",
      line: 6,
      code: "// order.ts\nexport const order = 1;\n",
      name: "order.ts",
      excerptOf: "examples/order.ts",
    },
    { file: "README.md", line: 15, code: 'import { order } from "./order.ts";\n' },
  ]);
});

test("every README of a package is a document", () => {
  expect(documents()).toEqual(
    expect.arrayContaining(["README.md", "packages/core/README.md", "docs/start.md"]),
  );
});

test("every client that a document shows has time-outs", () => {
  const clients = allCodeBlocks().filter(({ code }) => code.includes("new DynamoDBClient("));
  const endless = clients.filter(({ code }) => !code.includes("throwOnRequestTimeout: true"));
  expect(endless.map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  expect(clients.length).toBeGreaterThan(5);
});
