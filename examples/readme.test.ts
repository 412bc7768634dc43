import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { codeBlocksIn, documents, excerptsIn } from "../scripts/docs/code-blocks.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const readmes = globSync("{README.md,packages/*/README.md,examples/README.md,examples/infra/README.md}", {
  cwd: fileURLToPath(root),
});
const tests = globSync("{packages/*/src,examples,docs}/**/*.test.ts", {
  cwd: fileURLToPath(root),
  exclude: (path) => path.endsWith("node_modules"),
});

/** The store of this contract breaks its rules on purpose; own-store.test.ts makes the same call, and names them. */
const BROKEN_ON_PURPOSE = "docs/start/own-store.contract.ts";

/** Whether a file is a test, or a test names it. */
const isTested = (file: string) =>
  file.endsWith(".test.ts") ||
  file === BROKEN_ON_PURPOSE ||
  tests.some((test) => ["/", '"'].some((before) => read(test).includes(`${before}${basename(file)}"`)));

/** The formatter breaks lines by their indent, which an excerpt has less of. */
const withoutLayout = (text: string) =>
  text
    .replace(/^\s*\*/gmu, "")
    .replace(/\s+/gu, "")
    .replace(/,(?=[)\]}])/gu, "");

test.each(documents().filter((document) => codeBlocksIn(document, read(document)).length > 0))(
  "%s shows what runs: every block of TypeScript is an excerpt of a tested file",
  (document) => {
    for (const { code, excerptOf = "", line } of codeBlocksIn(document, read(document))) {
      const at = `${document}:${line}`;
      expect(excerptOf, `the file that ${at} is an excerpt of`).not.toBe("");
      expect(isTested(excerptOf), `a test imports ${excerptOf}, the file of ${at}`).toBe(true);
      let rest = withoutLayout(read(excerptOf));
      for (const excerpt of excerptsIn(code).map(withoutLayout)) {
        expect(rest, `the code of ${at}`).toContain(excerpt);
        rest = rest.slice(rest.indexOf(excerpt) + excerpt.length);
      }
    }
  },
);

test.each(readmes)(
  "%s shows what is printed: every block of text is an excerpt of a tested file",
  (readme) => {
    const blocks = read(readme).matchAll(/(?:<!-- excerpt of (\S+) -->\s*)?```text\n([\s\S]*?)```/gu);
    for (const [, file, code = ""] of blocks) {
      expect(file, `the block that begins ${code.slice(0, 60)}`).toBeDefined();
      expect(withoutLayout(read(file ?? ""))).toContain(withoutLayout(code));
    }
  },
);

test("a block without its imports is not an excerpt of what it leaves out", () => {
  const code =
    '// order.ts\nimport { a } from "b";\n\ndeclare const c: { d: string }; // yours\nrun(a);\n// …\nstop(c);\n';
  expect(excerptsIn(code).map(withoutLayout)).toEqual(["run(a);", "stop(c);"]);
});

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
