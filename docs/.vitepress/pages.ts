import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");

/** Pages of the site that lie elsewhere in the repository, by their path in the site. */
const READMES: Readonly<Record<string, string>> = {
  "packages/core.md": "packages/core/README.md",
  "packages/durable.md": "packages/durable/README.md",
  "packages/dynamodb.md": "packages/dynamodb/README.md",
  "packages/testing.md": "packages/testing/README.md",
  "packages/emulator.md": "packages/emulator/README.md",
  "examples.md": "examples/README.md",
  "deploy.md": "examples/infra/README.md",
  "architecture.md": "ARCHITECTURE.md",
  "contributing.md": "CONTRIBUTING.md",
  "security.md": "SECURITY.md",
  "code-of-conduct.md": "CODE_OF_CONDUCT.md",
  "benchmarks.md": "bench/README.md",
};

/** The path in the site of each of the repository's Markdown files that is a page, by its path in the repository. */
export const PAGES: ReadonlyMap<string, string> = new Map([
  ["README.md", "index.md"],
  ...Object.entries(READMES)
    .filter(([, source]) => existsSync(join(ROOT, source)))
    .map(([page, source]) => [source, page] as const),
  ...markdownIn("docs").map((source) => [source, relative("docs", source)] as const),
]);

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter(
      (name) =>
        name.endsWith(".md") &&
        !/node_modules|^api\/|reference|source|\.vitepress|(^|\/)index\.md$/u.test(name),
    )
    .map((name) => join(folder, name));
}

/** Files that are part of the site as they are, by their path in the repository. */
export const FILES: ReadonlyMap<string, string> = new Map([
  ["docs/observations/report.html", "observations/report.html"],
]);

/**
 * Where a link in one of the repository's files leads in the site.
 *
 * @param source the file that has the link, relative to the root
 * @param href a link as it works in the repository
 * @returns a link from the site's root; undefined for a link to another site or within the page
 */
export function siteLink(source: string, href: string): string | undefined {
  if (/^([a-z]+:|#|\/)/iu.test(href)) return undefined;
  const [path = "", anchor] = href.split("#");
  const target = relative(ROOT, resolve(ROOT, dirname(source), path));
  const file = FILES.get(target);
  if (file !== undefined) return `/${file}${anchor === undefined ? "" : `#${anchor}`}`;
  const page = PAGES.get(target) ?? PAGES.get(join(target, "README.md"));
  const hash = anchor === undefined ? "" : `#${anchor}`;
  return `/${page === undefined ? `source/${slug(target)}` : page.replace(/(index)?\.md$/u, "")}${hash}`;
}

/** The name of the page that shows a file of the repository. */
export function slug(path: string): string {
  return path === "" ? "root" : path.replaceAll("/", "--").replaceAll(".", "_");
}

/** The files and folders of the repository that a page links to and that are no pages themselves. */
export function linkedSources(): string[] {
  const found = new Set<string>();
  for (const source of PAGES.keys()) {
    for (const [, href = ""] of readFileSync(join(ROOT, source), "utf8").matchAll(/\]\(([^)\s]+)\)/gu)) {
      const link = siteLink(source, href);
      if (link?.startsWith("/source/") !== true) continue;
      found.add(relative(ROOT, resolve(ROOT, dirname(source), href.split("#")[0] ?? "")));
    }
  }
  return Array.from(found).filter((path) => existsSync(join(ROOT, path)));
}
