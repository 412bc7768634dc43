import { observations } from "../observations.ts";
import { readRawFile, type RawFile } from "../raw-data.ts";
import { summarize } from "../summary.ts";
import type { Block, Figure } from "./block.ts";
import { pictureFiles } from "./picture-files.ts";
import { drawFigure, THEMES } from "./draw-chart.ts";
import { pageOf } from "./page.ts";
import { markdownOf } from "./markdown.ts";

/**
 * Builds every file of the report from the raw data in a folder, by name. The same data give the same bytes.
 *
 * @throws Error for data that are missing or different
 */
export function buildReport(folder: string): ReadonlyMap<string, string> {
  const files = observations.map(({ name }) => readRawFile(folder, name));
  const sections = observations.map(({ name, title, describe }, index) => ({
    name,
    title,
    blocks: describe(files[index]?.data),
  }));
  const blocks = summarize(Object.fromEntries(files.map(({ observation, data }) => [observation, data])));
  const report = {
    title: "Observations: which backend, at what price, and how safe",
    summary: blocks,
    sections,
    provenance: provenanceOf(files),
  };
  const figures = [...blocks, ...sections.flatMap((section) => section.blocks)].filter(isFigure);
  const written = new Map<string, string>();
  for (const drawn of figures) {
    for (const theme of THEMES)
      written.set(`figures/${drawn.name}-${theme}.svg`, `${drawFigure(drawn, theme)}\n`);
  }
  written.set("README.md", markdownOf(report, pictureFiles));
  written.set("report.html", pageOf(report, files));
  return written;
}

function isFigure(block: Block): block is Figure {
  return block.kind === "figure";
}

/** Where the data come from; one line for each way in which they were measured. */
function provenanceOf(files: readonly RawFile[]): readonly string[] {
  const lines = files.map(({ date, effort, seed, machine, versions }) => {
    const { cpu, cores, gigabytes, platform } = machine;
    const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    return `${effort} run of ${date}, seed ${seed}; ${cpu}, ${cores} cores, ${gigabytes} GB, ${platform}; ${packages.join(", ")}`;
  });
  return [...Map.groupBy([...files.keys()], (index) => lines[index] ?? "")].map(
    ([line, indexes]) => `${indexes.map((index) => files[index]?.observation).join(", ")}: ${line}`,
  );
}
