import { createHash } from "node:crypto";
import { detailsList, detailsTable } from "./details-table.ts";
import { escapeText } from "./escape.ts";
import { FIGURE_DEFINITIONS } from "./figure-style.ts";
import { accessibleName, AXIS_HEIGHT, drawFigure, LABEL_WIDTH, type Figure } from "./figure.ts";
import { legendHtml } from "./legend.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { Status, Timeline } from "./timeline.ts";

const TEXT_LENGTH = 4_000;

/** The page loads nothing, and runs no script but its own, whatever a payload contains. */
const POLICY = [
  "default-src 'none'",
  `style-src ${sourceOf(PAGE_STYLE)}`,
  `script-src ${sourceOf(PAGE_SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** One HTML page with a section for each timeline. */
export function timelinePage(timelines: readonly Timeline[], note = ""): string {
  const title = timelines.length === 1 ? timelines[0]?.title : `${timelines.length} timelines`;
  return [
    `<!doctype html>`,
    `<html lang="en"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<meta name="viewport" content="width=device-width,initial-scale=1">`,
    `<title>${escapeText(title ?? "Timeline")}</title>`,
    `<style>${PAGE_STYLE}</style></head><body>`,
    `<svg width="0" height="0" aria-hidden="true">${FIGURE_DEFINITIONS}</svg>`,
    `<main>${note === "" ? "" : `<p>${escapeText(note)}</p>`}`,
    ...timelines.map((timeline, index) => section(timeline, index + 1, timelines.length === 1)),
    `</main><aside id="card" hidden></aside>`,
    `<script>${PAGE_SCRIPT}</script></body></html>`,
    ``,
  ].join("\n");
}

/** @param isAlone whether its table is open: with several timelines, the reader compares their figures first */
function section(timeline: Timeline, number: number, isAlone: boolean): string {
  const rowId = (bar: number) => `t${number}-${bar}`;
  const figure = drawFigure(timeline, (bar, index, shape) => {
    const name = escapeText(accessibleName(bar));
    return `<a class="b ${bar.kind}" href="#${rowId(index)}" aria-label="${name}">${shape}</a>`;
  });
  return [
    `<section><h1>${escapeText(timeline.title)}</h1>`,
    facts(timeline),
    timeline.texts.length === 0 ? "" : `<div class="texts">${detailsList(timeline.texts, TEXT_LENGTH)}</div>`,
    `<figure><div class="scroll" role="region" aria-label="Timeline" tabindex="0"><div class="grid"><div class="corner"></div>`,
    svg("axis", figure.width, AXIS_HEIGHT, `<g id="a${number}">${figure.axis}</g>`),
    svg("labels", LABEL_WIDTH, figure.height, `<g id="l${number}">${figure.labels}</g>`),
    svg("body", figure.width, figure.height, `<g id="b${number}">${figure.body}</g>`, false),
    `</div></div>${printed(figure, number)}`,
    `<figcaption>${legendHtml(timeline)}</figcaption></figure>`,
    detailsTable(figure.bars, rowId, isAlone),
    `</section>`,
  ].join("\n");
}

function facts({ facts, status }: Timeline): string {
  const items = facts.map(({ label, text }) => `<li>${escapeText(label)} <b>${escapeText(text)}</b></li>`);
  const state =
    status === undefined ? "" : `<li><span class="status ${status}">${STATUS[status]}</span></li>`;
  return `<ul class="facts">${state}${items.join("")}</ul>`;
}

const STATUS: Readonly<Record<Status, string>> = {
  succeeded: "✓ succeeded",
  failed: "✕ failed",
  open: "… not ended",
  unknown: "? unknown",
};

function svg(name: string, width: number, height: number, content: string, isHidden = true): string {
  const role = isHidden ? `aria-hidden="true"` : `role="group" aria-label="Bars"`;
  return `<svg class="${name}" width="${width}" height="${height}" ${role}>${content}</svg>`;
}

/** On paper nothing scrolls: the whole figure is scaled to the width of the page. */
function printed({ width, height }: Figure, number: number): string {
  return (
    `<svg class="print" viewBox="0 0 ${LABEL_WIDTH + width} ${AXIS_HEIGHT + height}" aria-hidden="true">` +
    `<use href="#a${number}" x="${LABEL_WIDTH}"/><use href="#l${number}" y="${AXIS_HEIGHT}"/>` +
    `<use href="#b${number}" x="${LABEL_WIDTH}" y="${AXIS_HEIGHT}"/></svg>`
  );
}

function sourceOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
