import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { defineConfig } from "vitepress";
import { FILES, PAGES, ROOT, siteLink } from "./pages.ts";
import { sidebar } from "./sidebar.ts";

const require = createRequire(import.meta.url);

export default defineConfig({
  title: "durable-counter",
  description: "Counters for AWS Lambda that count each request exactly once.",
  srcDir: "..",
  srcExclude: [
    "**/node_modules/**",
    "**/dist/**",
    "**/CHANGELOG.md",
    "**/.*/**",
    "docs/api/**",
    "LICENSE.md",
    "README.md",
  ],
  rewrites: {
    "docs/index.md": "index.md",
    "docs/source/:path(.*).md": "source/:path.md",
    "docs/reference/:path(.*).md": "reference/:path.md",
    ...Object.fromEntries(PAGES),
  },
  outDir: "dist",
  buildEnd({ outDir }) {
    for (const [source, file] of FILES) {
      mkdirSync(dirname(join(outDir, file)), { recursive: true });
      const page = readFileSync(join(ROOT, source), "utf8");
      const withLinks = page.replaceAll(/href="([^"]+)"/gu, (all, href: string) => {
        const link = siteLink(source, href);
        return link === undefined ? all : `href="${link}"`;
      });
      writeFileSync(join(outDir, file), withLinks);
    }
  },
  // The title of a page that shows a file is the file's path: it is a parameter, which VitePress does not fill into titles.
  transformPageData({ params }) {
    const title: unknown = params?.["title"];
    return typeof title === "string" ? { title } : undefined;
  },
  cacheDir: "node_modules/.cache/vitepress",
  ignoreDeadLinks: [...FILES.values()].map((file) => `/${file.replace(/\.html$/u, "")}`), // they are no pages of VitePress
  // Pages that lie outside of this folder find no packages.
  vite: {
    resolve: {
      alias: [
        { find: /^vue$/u, replacement: require.resolve("vue/dist/vue.runtime.esm-bundler.js") },
        { find: /^vue\/server-renderer$/u, replacement: require.resolve("vue/server-renderer") },
      ],
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Start", link: "/start" },
      { text: "Guarantees", link: "/guarantees" },
      { text: "Reference", link: "/reference/" },
    ],
    sidebar,
  },
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    languageAlias: { mjs: "js" },
    config(md) {
      // Links work in the repository, and lead to pages of the site.
      md.core.ruler.push("repository-links", ({ tokens, env }) => {
        const { path, realPath = path } = env as { readonly path: string; readonly realPath?: string };
        const source = relative(ROOT, realPath);
        if (!PAGES.has(source)) return;
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const link = token.type === "link_open" ? siteLink(source, token.attrGet("href") ?? "") : undefined;
          if (link === undefined) continue;
          token.attrSet("href", link);
          // The router of the site knows nothing of a file: the browser opens it.
          if ([...FILES.values()].some((file) => link.split("#")[0] === `/${file}`))
            token.attrSet("target", "_self");
        }
      });
    },
  },
});
