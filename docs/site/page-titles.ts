import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Pages whose title in the browser's tab does not say what they are, with the title. */
export function findPoorTitles(site: string): string[] {
  return globSync("**/*.html", { cwd: site })
    .toSorted()
    .flatMap((page) => {
      const title = /<title>([^<]*)<\/title>/u.exec(readFileSync(join(site, page), "utf8"))?.[1] ?? "";
      return isPoor(page, title) ? [`${page}: its title is "${title}"`] : [];
    });
}

/** A page of text has a name in words; one that shows a file has the file's path. */
function isPoor(page: string, title: string): boolean {
  if (title.includes("{{")) return true;
  return page.startsWith("source/") ? title === "" : !/^(@|[A-Z0-9]|durable-counter$)/u.test(title);
}
