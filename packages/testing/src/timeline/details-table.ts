import { escapeText, shorten } from "./escape.ts";
import type { Bar, Detail } from "./timeline.ts";

/** All payloads of a page together, and one of them, have at most so many characters. */
const ALL_PAYLOADS = 1_500_000;
const LONGEST = 4_000;
const SHORTEST = 200;
/** A longer table is closed at first: a browser does not lay it out until it is opened. */
const OPEN_ROWS = 60;

/** The figure as a table: one row for each bar. It is what a bar refers to, and where the script finds its payloads. */
export function detailsTable(
  bars: readonly Bar[],
  rowId: (number: number) => string,
  isOpen: boolean,
): string {
  const length = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(ALL_PAYLOADS / bars.length)));
  const rows = bars.map((bar, index) => {
    const status = `<span class="${bar.status}">${escapeText(bar.summary)}</span>`;
    return (
      `<tr id="${rowId(index + 1)}" tabindex="-1"><th scope="row">${escapeText(bar.name)}</th>` +
      `<td>${status}</td><td>${detailsList(bar.details, length)}</td></tr>`
    );
  });
  return (
    `<details class="table"${isOpen && bars.length <= OPEN_ROWS ? " open" : ""}><summary>Everything as a table (${bars.length} rows)</summary>` +
    `<div class="wide" role="region" aria-label="Table" tabindex="0"><table><thead><tr><th scope="col">what</th>` +
    `<th scope="col">how and when</th><th scope="col">payloads</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div></details>`
  );
}

/** Labels and texts, such as payloads. */
export function detailsList(details: readonly Detail[], length: number): string {
  if (details.length === 0) return "";
  const items = details.map(
    ({ label, text }) =>
      `<dt>${escapeText(label)}</dt><dd><pre>${escapeText(shorten(text, length)) || "<i>empty</i>"}</pre></dd>`,
  );
  return `<dl>${items.join("")}</dl>`;
}
