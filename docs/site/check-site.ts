/**
 * Looks at the built site as a visitor does, in Debian's chromium: on a wide and a narrow screen, light and dark. Each page has no
 * error, fits the screen, and has no fault that axe finds; the search finds pages without a network; the report of the observations
 * answers what a visitor chooses; no link within the site is broken, and each page has a title.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { preview } from "vite";
import { findBrokenLinks } from "./broken-links.ts";
import { findPoorTitles } from "./page-titles.ts";

const BROWSERS = [process.env["CHROMIUM"] ?? "/usr/bin/chromium", "/usr/bin/google-chrome"];
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
const SCREENS = { wide: { width: 1_280, height: 800 }, narrow: { width: 375, height: 700 } };
const SEARCHES: Readonly<Record<string, string>> = {
  "outcome-unknown": "how-exactly-once-works",
  quota: "start",
};

// What runs in the page is text: this file has no types of a browser.
const OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
const VIOLATIONS = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => ({ id, targets: nodes.map(({ target }) => target.join(" ")) })))`;

/**
 * A page that was served is complete, but for what its scripts add once they run: the button for light and dark gets its name then.
 * Axe would otherwise look at an unfinished page on a slow machine.
 */
const IS_READY = `Array.from(document.querySelectorAll(".VPSwitchAppearance")).every(({ title }) => title !== "")`;
/** Ends only a page that is never ready. */
const HANG_MS = 300_000;

/** A fault that axe finds, and the elements that have it. */
interface Violation {
  readonly id: string;
  readonly targets: readonly string[];
}

const docs = join(import.meta.dirname, "..");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** All pages are looked at in all ways; of the generated ones two of each kind: functions, interfaces, sources and so on. */
function pagesToCheck(): string[] {
  const all = globSync("**/*.html", { cwd: join(docs, "dist") }).toSorted();
  const isGenerated = (page: string) => /^(reference|source)\//u.test(page);
  const kindOf = (page: string) => `${page.split("/")[0]}/${page.split("/").at(-2)}`;
  const kinds = Map.groupBy(all.filter(isGenerated), kindOf);
  return [
    ...all.filter((page) => !isGenerated(page)),
    ...[...kinds.values()].flatMap((pages) => pages.slice(0, 2)),
  ];
}

async function faultsOf(page: Page, url: string): Promise<string[]> {
  const faults: string[] = [];
  const onError = (error: Error) => faults.push(`an error: ${error.message}`);
  page.on("pageerror", onError);
  const answer = await page.goto(url, { waitUntil: "load" });
  if (answer?.ok() !== true && !url.endsWith("404.html")) faults.push(`status ${answer?.status()}`);
  await page.waitForFunction(IS_READY, undefined, { timeout: HANG_MS });
  const overflow = await page.evaluate<number>(OVERFLOW);
  if (overflow > 0) faults.push(`it is ${overflow} pixels wider than the screen`);
  await page.addScriptTag({ content: axe });
  const violations = await page.evaluate<readonly Violation[]>(VIOLATIONS);
  page.off("pageerror", onError);
  return [...faults, ...violations.map(({ id, targets }) => `${id}: ${targets.slice(0, 3).join(", ")}`)];
}

async function checkSearch(browser: Browser, url: string): Promise<string[]> {
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: "networkidle" });
  const faults: string[] = [];
  for (const [words, expected] of Object.entries(SEARCHES)) {
    await page.locator(".VPNavBarSearch button").first().click();
    await page.locator("#localsearch-input").fill(words);
    const links = page.locator(".VPLocalSearchBox .result");
    await links.first().waitFor();
    const targets = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    if (!targets.some((target) => target.includes(expected))) {
      faults.push(`search for "${words}" does not find ${expected}, but ${targets.join(", ")}`);
    }
    await page.keyboard.press("Escape");
  }
  await page.close();
  return faults;
}

/** Goes from the observations to their report, and answers the questions of its form. */
async function checkReport(browser: Browser, url: string): Promise<string[]> {
  const page = await browser.newPage();
  await page.goto(`${url}observations/README.html`, { waitUntil: "networkidle" });
  await page.getByRole("link", { name: "The same as a form" }).click();
  await page.waitForURL("**/observations/report.html");
  const answer = page.locator("#chosen");
  const answers = [await answer.textContent()];
  await page.locator("select[name=durable]").selectOption("yes");
  await page.locator("select[name=shared]").selectOption("no");
  answers.push(await answer.textContent());
  await page.close();
  return ["Backend: DynamoDB, a batch.", "Backend: execution, a batch."]
    .filter((expected, index) => answers[index]?.includes(expected) !== true)
    .map((expected) => `the report does not answer "${expected}", but ${JSON.stringify(answers)}`);
}

const executablePath = BROWSERS.find((path) => existsSync(path));
if (executablePath === undefined) {
  throw new Error(
    `The site is looked at in a browser, and none of ${BROWSERS.join(", ")} is there. Install chromium.`,
  );
}
const server = await preview({
  root: docs,
  build: { outDir: "dist" },
  preview: { host: "127.0.0.1", port: 0 },
  logLevel: "warn",
});
const browser = await chromium.launch({ executablePath, args: ARGS });
const url = server.resolvedUrls?.local[0] ?? "";
const pages = pagesToCheck();
let faults = 0;
try {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [name, viewport] of Object.entries(SCREENS)) {
      const page = await browser.newPage({ colorScheme, viewport });
      // Nothing may come from elsewhere.
      await page.route("**/*", (route) =>
        route.request().url().startsWith(url) ? route.continue() : route.abort(),
      );
      for (const path of pages) {
        for (const fault of await faultsOf(page, url + path)) {
          faults++;
          console.log(`${path}, ${name}, ${colorScheme}: ${fault}`);
        }
      }
      await page.close();
      console.log(`looked at ${pages.length} pages, ${name}, ${colorScheme}`);
    }
  }
  const { followed, broken } = findBrokenLinks(join(docs, "dist"));
  console.log(`followed ${followed} links within the site`);
  for (const fault of [
    ...broken,
    ...findPoorTitles(join(docs, "dist")),
    ...(await checkSearch(browser, url)),
    ...(await checkReport(browser, url)),
  ]) {
    faults++;
    console.log(fault);
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(faults === 0 ? "The site has no faults." : `${faults} faults.`);
process.exitCode = faults === 0 ? 0 : 1;
