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

interface Block {
  /** The tested file that the block is an excerpt of. */
  readonly file: string;
  readonly imports: readonly {
    readonly names: readonly string[];
    readonly from: string;
    readonly text: string;
  }[];
  /** What follows the imports. */
  readonly code: string;
}

const IMPORT = /^import (?:type )?\{([^}]*)\} from "([^"]+)";\n+/gmu;

function blocksOf(document: string, languages: string): readonly Block[] {
  const fences = new RegExp(
    `(?:<!-- excerpt of (\\S+) -->\\s*)?\`\`\`(?:${languages})\\n([\\s\\S]*?)\`\`\``,
    "gu",
  );
  return Array.from(read(document).matchAll(fences), ([, file, shown = ""]) => {
    if (file === undefined)
      throw new Error(`${document} has a block that names no file: ${shown.slice(0, 60)}`);
    const imports = Array.from(shown.matchAll(IMPORT), ([text, names = "", from = ""]) => ({
      names: names.split(",").map((name) => name.trim().replace(/^type /u, "")),
      from,
      text,
    }));
    return { file, imports, code: shown.replaceAll(IMPORT, "") };
  });
}

test.each([
  ...readmes.map((document) => [document, "ts|text"] as const),
  ...documents.map((document) => [document, "ts"] as const),
])("%s shows what runs: every block of code is an excerpt of a tested file", (document, languages) => {
  for (const { file, code } of blocksOf(document, languages))
    expect(withoutLayout(read(file))).toContain(withoutLayout(code));
});

/** The names that each entry of our packages exports, from the report that is compared with the code. */
const exported = new Map(
  globSync("docs/api/*.md", { cwd: fileURLToPath(root) }).flatMap((report) =>
    read(report)
      .split(/^## /mu)
      .slice(1)
      .map((section): [string, Set<string>] => [
        /@durable-counter\/[\w/-]+/u.exec(section)?.[0] ?? "",
        new Set(
          Array.from(
            section.matchAll(/^(?:function|class|interface|type|const) (\w+)/gmu),
            ([, name = ""]) => name,
          ),
        ),
      ]),
  ),
);

test.each([...readmes, ...documents])("%s imports what its blocks use of our packages", async (document) => {
  const ours = new Set([...exported.values()].flatMap((names) => [...names]));
  for (const { file, imports, code } of blocksOf(document, "ts")) {
    for (const { names, from, text } of imports) {
      if (withoutLayout(read(file)).includes(withoutLayout(text))) continue;
      const known = exported.get(from) ?? new Set(Object.keys((await import(from)) as object));
      expect(names.filter((name) => !known.has(name))).toEqual([]);
    }
    const imported = new Set(imports.flatMap(({ names }) => names));
    const used = code.replaceAll(/\/\/.*|"[^"]*"|`[^`]*`/gu, "").matchAll(/(?<![.\w]|async )(\w+)(?!\w|:)/gu); // no members, no methods
    const missing = Array.from(used, ([, name = ""]) => name).filter(
      (name) =>
        ours.has(name) &&
        !imported.has(name) &&
        !new RegExp(`(?:const|function|class) ${name}\\b`, "u").test(code),
    );
    expect(missing, `the block that begins ${code.slice(0, 60)}`).toEqual([]);
  }
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
