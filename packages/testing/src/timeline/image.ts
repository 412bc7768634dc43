import { escapeText, shorten } from "./escape.ts";
import { FIGURE_DEFINITIONS, FIGURE_STYLE, themeStyle } from "./figure-style.ts";
import { accessibleName, AXIS_HEIGHT, drawFigure, LABEL_WIDTH } from "./figure.ts";
import type { Timeline } from "./timeline.ts";

const PAYLOAD_LENGTH = 200;

/** The figure alone as an image that stands for itself. */
export function timelineImage(timeline: Timeline): string {
  const figure = drawFigure(timeline, (bar, _number, shape) => {
    const lines = [
      accessibleName(bar),
      ...bar.details.map(({ label, text }) => `${label}: ${shorten(text, PAYLOAD_LENGTH)}`),
    ];
    return `<g class="b ${bar.kind}"><title>${escapeText(lines.join("\n"))}</title>${shape}</g>`;
  });
  const width = LABEL_WIDTH + figure.width;
  const height = AXIS_HEIGHT + figure.height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="timeline" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(timeline.title)}">`,
    `<style>${themeStyle(".timeline")}${FIGURE_STYLE}</style>${FIGURE_DEFINITIONS}`,
    `<rect width="${width}" height="${height}" rx="8" class="paper"/>`,
    `<g transform="translate(${LABEL_WIDTH} 0)">${figure.axis}</g>`,
    `<g transform="translate(0 ${AXIS_HEIGHT})">${figure.labels}</g>`,
    `<g transform="translate(${LABEL_WIDTH} ${AXIS_HEIGHT})">${figure.body}</g>`,
    `</svg>`,
    ``,
  ].join("\n");
}
