import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findPoorTitles } from "./page-titles.ts";

test("a title that is missing, a template, or the name of a folder is poor, and a package or a file has its own name", () => {
  const folder = mkdtempSync(join(tmpdir(), "page-titles-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const titles = {
    "index.html": "durable-counter",
    "deploy.html": "infra | durable-counter",
    "empty.html": "",
    "start.html": "Start in five minutes | durable-counter",
    "packages/core.html": "@durable-counter/core | durable-counter",
    "source/a_ts.html": "a.ts | durable-counter",
    "source/b_ts.html": "{{ $params.title }} | durable-counter",
  };
  for (const [path, title] of Object.entries(titles)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `<head><title>${title}</title></head>`);
  }
  expect(findPoorTitles(folder)).toEqual([
    'deploy.html: its title is "infra | durable-counter"',
    'empty.html: its title is ""',
    'source/b_ts.html: its title is "{{ $params.title }} | durable-counter"',
  ]);
});
