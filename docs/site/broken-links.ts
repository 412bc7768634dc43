import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Where a link of a page leads, or the file of a picture, a style or a script. */
const TARGET = /<(?:a|img|link|script|source)\b[^>]*?\s(?:href|src|srcset)="([^"]*)"/gu;
const ANCHOR = /\sid="([^"]*)"/gu;
/** A link to another site, or one that holds its content itself, as `data:` does. */
const ELSEWHERE = /^(?:[a-z][a-z+.-]*:|\/\/)/iu;

/**
 * Finds the links within a built site that lead to no file, or to no element of a page. VitePress checks pages of its own, and no
 * anchors.
 *
 * @param folder of the built site, as it is served from the root of a domain
 * @returns how many links were followed, and a line for each broken one, with its page
 */
export function findBrokenLinks(folder: string): {
  readonly followed: number;
  readonly broken: readonly string[];
} {
  const files = new Set(globSync("**/*.*", { cwd: folder }).map((path) => path.replaceAll("\\", "/")));
  const pages = new Map(
    [...files]
      .filter((path) => path.endsWith(".html"))
      .map((path) => [path, readFileSync(join(folder, path), "utf8")] as const),
  );
  const anchors = new Map(Array.from(pages, ([page, html]) => [page, new Set(groupsOf(html, ANCHOR))]));
  let followed = 0;
  const broken = new Set<string>();
  for (const [page, html] of pages) {
    for (const link of groupsOf(html, TARGET)) {
      if (ELSEWHERE.test(link)) continue;
      followed++;
      const [path = "", hash = ""] = link.split("#");
      const target = path === "" ? page : fileOf(path, page, files);
      if (target === undefined) broken.add(`${page}: ${link} leads to no file`);
      else if (hash !== "" && anchors.get(target)?.has(decodeURIComponent(hash)) === false)
        broken.add(`${page}: ${link} leads to no element of ${target}`);
    }
  }
  return { followed, broken: [...broken] };
}

/** The file that a server sends for the path of a link. */
function fileOf(path: string, page: string, files: ReadonlySet<string>): string | undefined {
  const [withoutQuery = ""] = decodeURIComponent(path).split("?");
  const target = posix.join(withoutQuery.startsWith("/") ? "." : posix.dirname(page), withoutQuery);
  const wanted = target.replace(/^\.?\/+|\/+$|^\.$/gu, "");
  return [wanted, `${wanted}.html`, posix.join(wanted, "index.html")].find((file) => files.has(file));
}

function groupsOf(html: string, pattern: RegExp): string[] {
  return Array.from(html.matchAll(pattern), ([, group = ""]) => group.replaceAll("&amp;", "&"));
}
