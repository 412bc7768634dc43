import { failure } from "../topics/failure.ts";
import { observations } from "../observations.ts";
import { readRawFile } from "../raw-data.ts";
import { summarize } from "../summary.ts";
import { blockOf } from "./markdown.ts";
import { pictureFiles } from "./picture-files.ts";

const START = "<!-- observations: written by pnpm observe -->\n<!-- prettier-ignore-start -->\n";
const END = "\n<!-- prettier-ignore-end -->";

/**
 * Puts the main table and figure of the committed report into the README of the repository.
 *
 * @param folder of the report, relative paths to which start with `docs/observations`
 * @throws Error where the README has no place for them, or data are missing
 */
export function withExcerpt(readme: string, folder: string): string {
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`The README lacks the lines ${START}…${END}`);
  const data = observations.map(({ name }) => [name, readRawFile(folder, name).data] as const);
  const [summary] = summarize(Object.fromEntries(data));
  const figure = failure
    .describe(readRawFile(folder, failure.name).data)
    .find(({ kind }) => kind === "figure");
  const parts = [summary, figure].flatMap((block) =>
    block === undefined ? [] : [blockOf(block, pictureFiles)],
  );
  const excerpt = parts.join("\n\n").replaceAll("./figures/", "docs/observations/figures/");
  return `${readme.slice(0, from)}${START}\n${excerpt}\n${readme.slice(to)}`;
}
