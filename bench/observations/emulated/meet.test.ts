import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { meet } from "./meet.ts";

const folder = mkdtempSync(join(tmpdir(), "meet-"));
afterEach(() => rmSync(folder, { recursive: true }));

test("no caller goes on before all are there", async () => {
  const meeting = { name: "entity", callers: 2 };
  const gone: number[] = [];
  const first = meet(folder, meeting, 0).then(() => gone.push(0));
  await meet(folder, { name: "another", callers: 1 }, 0); // who meets somewhere else is not counted
  await new Promise((resolve) => setTimeout(resolve, 10)); // on a slow machine the test could only miss a fault
  expect(gone).toEqual([]);
  await Promise.all([first, meet(folder, meeting, 1).then(() => gone.push(1))]);
  expect(new Set(gone)).toEqual(new Set([0, 1]));
});
