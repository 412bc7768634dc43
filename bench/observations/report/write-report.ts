import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { REPORT_FOLDER, ROOT_README } from "./places.ts";
import { withExcerpt } from "./readme-excerpt.ts";
import { buildReport } from "./build-report.ts";

/**
 * Writes the report from the raw data in a folder.
 *
 * @throws Error for data that are missing; then nothing is written
 */
export function writeReport(folder: string): void {
  for (const [name, content] of buildReport(folder)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  if (folder !== REPORT_FOLDER) return;
  writeFileSync(ROOT_README, withExcerpt(readFileSync(ROOT_README, "utf8"), folder));
}
