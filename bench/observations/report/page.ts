import { Marked } from "marked";
import { chooserOf } from "../choose/chooser.ts";
import type { RawFile } from "../raw-data.ts";
import type { Figure } from "./block.ts";
import { drawFigure, THEMES } from "./draw-chart.ts";
import { markdownOf, type Report } from "./markdown.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** The chooser goes before it. */
const CHOOSER_END = "<h2>How this was measured</h2>";

/** Writes the report as one page that needs no other file and no network. */
export function pageOf(report: Report, files: readonly RawFile[]): string {
  const body = new Marked({ async: false }).parse(markdownOf(report, inlineFigure)) as string; // not async
  const html = body
    .replaceAll("<pre>", '<pre tabindex="0">')
    .replaceAll("<table>", '<div class="wide" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>")
    .replace(CHOOSER_END, () => `${chooserOf(files)}\n${CHOOSER_END}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${report.title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${html}</main>
</body>
</html>
`;
}

function inlineFigure(figure: Figure): string {
  const caption = `<figcaption>${figure.alt}</figcaption>`;
  if (figure.chart.type === "history") {
    // As an image, because its styles would be those of the page.
    const source = Buffer.from(drawFigure(figure, "light")).toString("base64");
    const alt = figure.alt.replaceAll('"', "&quot;");
    return `<figure class="wide" tabindex="0"><img src="data:image/svg+xml;base64,${source}" alt="${alt}">${caption}</figure>`;
  }
  const drawn = THEMES.map(
    (theme) => `<div class="${theme}">${drawFigure(figure, theme).replaceAll(/\n+/gu, " ")}</div>`,
  );
  return `<figure class="wide" tabindex="0">${drawn.join("")}${caption}</figure>`;
}
