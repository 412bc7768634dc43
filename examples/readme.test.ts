import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const readmes = globSync("{README.md,packages/*/README.md,examples/README.md,examples/infra/README.md}", {
  cwd: fileURLToPath(root),
});
const documents = globSync("docs/*.md", { cwd: fileURLToPath(root) });

/** The formatter breaks lines by their indent, which an excerpt has less of. */
const withoutLayout = (text: string) =>
  text
    .replace(/^\s*\*/gmu, "")
    .replace(/\s+/gu, "")
    .replace(/,(?=[)\]}])/gu, "");

test.each(readmes)("%s shows what runs: every block of code is an excerpt of a tested file", (readme) => {
  const blocks = read(readme).matchAll(/(?:<!-- excerpt of (\S+) -->\s*)?```(?:ts|text)\n([\s\S]*?)```/gu);
  for (const [, file, code = ""] of blocks) {
    expect(file, `the block that begins ${code.slice(0, 60)}`).toBeDefined();
    expect(withoutLayout(read(file ?? ""))).toContain(withoutLayout(code));
  }
});

test.each(documents)(
  "%s shows what runs: every block of TypeScript is an excerpt of a tested file",
  (document) => {
    const blocks = read(document).matchAll(/(?:<!-- excerpt of (\S+) -->\s*)?```ts\n([\s\S]*?)```/gu);
    for (const [, file, code = ""] of blocks) {
      expect(file, `the block that begins ${code.slice(0, 60)}`).toBeDefined();
      expect(withoutLayout(read(file ?? ""))).toContain(withoutLayout(code));
    }
  },
);

test("every guarantee names a test that exists in the file it links to", () => {
  const guarantees = "docs/guarantees.md";
  const links = Array.from(read(guarantees).matchAll(/\[([^\]]+)\]\(([^)]+\.ts)\)/gu));
  const missing = links.filter(([, title = "", target = ""]) => {
    const source = readFileSync(new URL(target, new URL(guarantees, root)), "utf8");
    return !['"', "`"].some((quote) => source.includes(quote + title + quote));
  });
  expect(missing.map(([link]) => link)).toEqual([]);
  const rows = read(guarantees).matchAll(/^\|(?! -)[^|]*\|([^|]*)\|$/gmu);
  const unproven = Array.from(rows, ([row, proof = ""]) => ({ row, proof })).filter(
    ({ proof }) => !/\.ts\)|^ Test/u.test(proof),
  );
  expect(unproven).toEqual([]);
  expect(links.length).toBeGreaterThan(15);
});

const others = globSync("{ARCHITECTURE.md,CONTRIBUTING.md,bench/README.md,docs/*.md}", {
  cwd: fileURLToPath(root),
});

test.each([...readmes, ...others])("%s links to what is there", (readme) => {
  const links = read(readme).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/gu);
  const missing = Array.from(links, ([, target = ""]) => target).filter(
    (target) => !existsSync(new URL(target, new URL(readme, root))),
  );
  expect(missing).toEqual([]);
});
