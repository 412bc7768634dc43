import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findBrokenLinks } from "./broken-links.ts";

function siteOf(pages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "broken-links-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, html] of Object.entries(pages)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), html);
  }
  return folder;
}

test("links to files, pages without their ending, folders, anchors and other sites are not broken", () => {
  const folder = siteOf({
    "index.html": `<a class="x" href="/a/b">b</a><a href="/a/">a</a><a href="a/b.html#one%20two">c</a><img src="/p.svg">`,
    "a/index.html": `<a href="../">up</a><a href="https://example.com/no">else</a><a href="b?x#one&amp;two">b</a>`,
    "a/b.html": `<h2 id="one two"></h2><a href="#one two">self</a><p id="one&amp;two"></p>`,
    "p.svg": "",
  });
  expect(findBrokenLinks(folder)).toEqual({ followed: 7, broken: [] });
});

test("names the page of a link that leads to no file or to no element, once", () => {
  const folder = siteOf({
    "index.html": `<a href="/no">1</a><a href="/no">1</a><a href="/a/b#no">2</a><link href="style.css">`,
    "a/b.html": `<a href="#no">3</a><a href="../a">a folder without a page</a>`,
  });
  expect(findBrokenLinks(folder).broken).toEqual([
    "index.html: /no leads to no file",
    "index.html: /a/b#no leads to no element of a/b.html",
    "index.html: style.css leads to no file",
    "a/b.html: #no leads to no element of a/b.html",
    "a/b.html: ../a leads to no file",
  ]);
});
