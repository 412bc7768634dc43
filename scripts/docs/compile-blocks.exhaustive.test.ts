import { expect, test } from "vitest";
import { codeBlocksIn } from "./code-blocks.ts";
import { compileBlocks } from "./compile-blocks.ts";

const fence = "```";
const blocksOf = (...codes: readonly string[]) =>
  codeBlocksIn("docs/page.md", codes.map((code) => `${fence}ts\n${code}\n${fence}\n`).join("\n"));

// One program, because each takes seconds.
test("a block imports what it uses, or an earlier block by its name; an error has file and line of the document", () => {
  const errors = compileBlocks(
    blocksOf(
      '// order.ts\nimport { basename } from "node:path";\nexport const order = basename("a/b");',
      'import { order } from "./order.ts";\norder.trim();',
      'import { basename } from "node:path";\nbasename(1);',
      'basename("a/b");',
      'import { other } from "./other.ts";\nother();',
    ),
  );
  expect(errors).toEqual([
    "docs/page.md:14  Argument of type 'number' is not assignable to parameter of type 'string'.",
    "docs/page.md:18  Cannot find name 'basename'.",
    "docs/page.md:22  Cannot find module './other.ts' or its corresponding type declarations.",
  ]);
});
