import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { observations } from "../observations.ts";
import { readRawFile } from "../raw-data.ts";
import { buildReport } from "./build-report.ts";
import { REPORT_FOLDER, ROOT_README } from "./places.ts";
import { withExcerpt } from "./readme-excerpt.ts";

describe("the committed report", () => {
  const built = buildReport(REPORT_FOLDER);

  test.each([...built.keys()])("%s is what the committed data give, byte for byte", (name) => {
    expect(
      readFileSync(join(REPORT_FOLDER, name), "utf8") === built.get(name),
      `run "pnpm observe" after a change`,
    ).toBe(true);
  });

  test("has no other figures", () => {
    const figures = readdirSync(join(REPORT_FOLDER, "figures")).map((name) => `figures/${name}`);
    expect(figures.toSorted()).toEqual(
      [...built.keys()].filter((name) => name.startsWith("figures/")).toSorted(),
    );
  });

  test("has its main table and figure in the README of the repository", () => {
    const readme = readFileSync(ROOT_README, "utf8");
    expect(withExcerpt(readme, REPORT_FOLDER)).toBe(readme);
  });

  test("begins with which backend is for what, its price, and how wrong it counts", () => {
    const [title = "", table = "", answers = ""] = (built.get("README.md") ?? "").split("\n\n");
    expect(title).toMatch(/^# /u);
    for (const shown of ["Backend", "$ / million commands", "wrong at", "Use it for"])
      expect(table).toContain(shown);
    for (const shown of ["A quota", "When a process dies", "An actor?"]) expect(answers).toContain(shown);
  });

  test("is of a full run", () => {
    expect(observations.map(({ name }) => readRawFile(REPORT_FOLDER, name).effort)).not.toContain("quick");
  });

  test("has a text alternative for each figure, and needs no other file or network", () => {
    const page = built.get("report.html") ?? "";
    const figures = page.match(/<svg /gu) ?? [];
    expect(figures.length).toBeGreaterThan(0);
    expect(
      page.match(/<svg role="img" aria-labelledby="[^"]+"[^>]*> ?<title id="[^"]+">[^<]{40,}<\/title>/gu),
    ).toHaveLength(figures.length);
    const images = page.match(/<img /gu) ?? [];
    expect(page.match(/<img src="data:image\/svg\+xml;base64,[^"]+" alt="[^"]{40,}">/gu) ?? []).toHaveLength(
      images.length,
    );
    expect(page).not.toMatch(/<(?:script|link|iframe)[^>]* (?:src|href)=/u);
    expect(page).not.toMatch(/@import|url\(http/u);
  });
});

describe("a report", () => {
  const folders: string[] = [];
  const copy = () => {
    const folder = mkdtempSync(join(tmpdir(), "observations-"));
    folders.push(folder);
    cpSync(join(REPORT_FOLDER, "data"), join(folder, "data"), { recursive: true });
    return folder;
  };
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  test.each(observations.map(({ name }) => name))("is not built without the data of %s", (name) => {
    const folder = copy();
    rmSync(join(folder, "data", `${name}.json`));
    expect(() => buildReport(folder)).toThrow(`run "pnpm observe ${name} --fresh"`);
  });

  test("is not built from data that lack a number", () => {
    const folder = copy();
    const path = join(folder, "data", "cost.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"writeUnits"', '"units"'));
    expect(() => buildReport(folder)).toThrow("writeUnits");
  });

  test("shows the numbers of its data", () => {
    const folder = copy();
    const path = join(folder, "data", "actor.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"table": 20', '"table": 19'));
    expect(buildReport(folder).get("README.md")).toContain("The same handler with a store came to 19.");
  });
});
