import { expect, test } from "vitest";
import { brokenLinksOf } from "./links.ts";

const texts: Readonly<Record<string, string>> = {
  "README.md": "# Counters",
  "docs/windows.md":
    '# Windows\n## `now` & "then"\n## Twice\n## Twice\n<a id="here"></a>\n\n```md\n# No heading\n```\n',
  "docs/picture.svg": "<svg/>",
  "packages/core/src/store.ts": "export {};",
};
const repository = {
  paths: new Set([...Object.keys(texts), "packages/core/README.md", "examples"]),
  read: (file: string) => texts[file] ?? "",
};
async function broken(...links: readonly string[]) {
  const text = `# Core\n\n${links.join("\n\n")}\n`;
  const lines = await brokenLinksOf("packages/core/README.md", text, repository);
  return lines.map((line) => line.replace(/^packages\/core\/README\.md {2}/u, ""));
}

test("links to files and headings that exist are not broken, nor those to other sites", async () => {
  expect(
    await broken(
      "[up](../../README.md)",
      "[a code](../../docs/windows.md#now--then)",
      "[the second](../../docs/windows.md#twice-1)",
      "[an element](../../docs/windows.md#here)",
      "[a line](src/store.ts#L1)",
      "[within](#core)",
      "[a folder](../../examples)",
      "[a reference][1]\n\n[1]: src/store.ts",
      '<picture><img src="../../docs/picture.svg"></picture>',
      "[elsewhere](https://example.com/docs/missing.md#none), <me@example.com>",
      "`[code](missing.md)`",
    ),
  ).toEqual([]);
});

test.each([
  ["[a missing file](../../docs/window.md)", "leads to docs/window.md, which git does not have"],
  ["[another folder](../../docs)", "leads to docs, which git does not have"],
  ["[outside](../../../other/README.md)", "leads out of the repository"],
  ["[from the root](/docs/windows.md)", "begins at the root"],
  [
    "[a missing heading](../../docs/windows.md#none)",
    "leads to a heading that docs/windows.md does not have",
  ],
  [
    "[what is code](../../docs/windows.md#no-heading)",
    "leads to a heading that docs/windows.md does not have",
  ],
  ["[within](#none)", "leads to a heading that packages/core/README.md does not have"],
  ["[no line](src/store.ts#none)", "has an anchor, and packages/core/src/store.ts has none"],
  ["![a picture](../../docs/none.svg)", "leads to docs/none.svg, which git does not have"],
  ['<img srcset="../../docs/none.svg">', "leads to docs/none.svg, which git does not have"],
])("%s is broken", async (link, fault) => {
  expect(await broken(link)).toEqual([expect.stringContaining(fault)]);
});
