import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { linkedSources, ROOT, slug } from "../.vitepress/pages.ts";

/** One page for each file or folder of the repository that a page of the site links to. */
export default {
  paths: () =>
    linkedSources().map((path) => ({ params: { path: slug(path), title: path }, content: contentOf(path) })),
};

function contentOf(path: string): string {
  const file = join(ROOT, path);
  if (statSync(file).isDirectory()) {
    return readdirSync(file)
      .map((name) => `- \`${name}\``)
      .join("\n");
  }
  const fence = "````";
  return `${fence}${languageOf(path)}\n${readFileSync(file, "utf8")}\n${fence}`;
}

const HIGHLIGHTED = new Set([".ts", ".mjs", ".json", ".md", ".yaml"]);

function languageOf(path: string): string {
  const extension = extname(path);
  return HIGHLIGHTED.has(extension) ? extension.slice(1) : "text";
}
