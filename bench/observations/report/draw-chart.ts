import { renderTimelineSvg } from "@durable-counter/testing";
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Chart, Figure } from "./block.ts";
import { significant } from "./format.ts";
import { hasWhiskers, whiskersOf } from "./whiskers.ts";

echarts.use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The palette of Okabe and Ito, which the colour-blind can tell apart. https://jfly.uni-koeln.de/color/ */
const STYLES = {
  light: {
    background: "#ffffff",
    text: "#1f2328",
    muted: "#59636e",
    grid: "#d1d9e0",
    series: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9"],
  },
  dark: {
    background: "#0d1117",
    text: "#f0f6fc",
    muted: "#9198a1",
    grid: "#3d444d",
    series: ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#ffffff"],
  },
};
/** Shapes and dashes tell the lines apart without colours. */
const SYMBOLS = ["circle", "diamond", "triangle", "rect", "roundRect", "emptyCircle", "emptyDiamond"];
/** More categories have smaller names. */
const MANY_CATEGORIES = 8;
const DASHES = ["solid", "dashed", "dotted"] as const;

/** Draws a figure as SVG. The same figure gives the same bytes. A timeline has the reader's theme, whichever is asked for. */
export function drawFigure({ name, alt, chart }: Figure, theme: Theme): string {
  const id = `${name}-${theme}`;
  if (chart.type !== "history") return accessible(drawChart(chart, theme), id, alt);
  const drawn = renderTimelineSvg(chart.history).trim();
  return accessible(drawn.replaceAll(/ (?:role|aria-label)="[^"]*"(?=[^>]*>\n<style)/gu, ""), id, alt);
}

function drawChart(chart: Chart, theme: Theme): string {
  const style = STYLES[theme];
  const drawn = echarts.init(null, null, { renderer: "svg", ssr: true, width: 760, height: 440 });
  /** Above and below in turn, because marks may be close to each other. */
  const mark = ([x, y]: Chart["series"][number]["points"][number], at: number) => ({
    value: [x, y],
    label: {
      show: true,
      position: at % 2 === 0 ? ("top" as const) : ("bottom" as const),
      color: style.text,
      formatter: () => significant(x),
    },
  });
  const axis = ({ name, scale }: Chart["x"]) => ({
    type: scale === "logarithmic" ? ("log" as const) : ("value" as const),
    name,
    nameLocation: "middle" as const,
    nameTextStyle: { color: style.muted, fontSize: 13 },
    axisLabel: { color: style.text, fontSize: 12, formatter: (value: number) => significant(value) },
    axisLine: { show: true, lineStyle: { color: style.muted } },
    splitLine: { lineStyle: { color: style.grid } },
  });
  const lines = styledLines(chart.series);
  drawn.setOption({
    animation: false,
    backgroundColor: style.background,
    textStyle: { fontFamily: "system-ui, sans-serif" },
    color: style.series,
    title: { text: chart.title, left: 16, top: 10, textStyle: { color: style.text, fontSize: 16 } },
    legend: {
      left: 16,
      right: 70,
      top: 40,
      textStyle: { color: style.text, fontSize: 12 },
      itemWidth: 34,
      itemGap: 26, // without a DOM, the width of a text is an estimate
    },
    grid: { left: 78, right: 30, top: 116, bottom: 56 },
    xAxis: {
      ...axis(chart.x),
      nameGap: 30,
      ...(chart.categories && {
        type: "category",
        data: chart.categories,
        axisLabel: {
          color: style.text,
          fontSize: chart.categories.length > MANY_CATEGORIES ? 10 : 12,
          interval: 0,
          width: Math.floor(
            (chart.categories.length > MANY_CATEGORIES ? 540 : 620) / chart.categories.length,
          ),
          overflow: "break" as const,
        },
      }),
    },
    yAxis: { ...axis(chart.y), nameGap: 54 },
    series: [
      ...lines.map(({ name, points, isMarks, isPublished, index, dash }) => ({
        name,
        type: chart.type,
        ...(chart.type === "bar" && isDisjoint(chart.series) && { barGap: "-100%" }),
        data:
          chart.type === "bar"
            ? (chart.categories ?? points).map((_, index) => points.find(([x]) => x === index)?.[1])
            : points.map(([x, y], at) => (isMarks === true ? mark([x, y], at) : [x, y])),
        color: style.series[index % style.series.length],
        symbol: SYMBOLS[index % SYMBOLS.length],
        symbolSize: isMarks === true ? 16 : isPublished === true ? 6 : 9,
        lineStyle: { width: isMarks === true ? 0 : isPublished === true ? 1.5 : 2.5, type: dash },
        ...(chart.type === "bar" && {
          label: {
            show: !hasWhiskers(chart.series), // the whiskers have labels of their own
            position: "top",
            color: style.text,
            fontSize: 11,
            formatter: ({ value }: { value: number }) => significant(value),
          },
        }),
      })),
      ...whiskersOf(chart.series, style.text),
    ],
  });
  const svg = drawn.renderToSVGString();
  drawn.dispose();
  return svg;
}

/** Gives a line and its p99 one number, by which they have their colour and shape. */
function styledLines(series: Chart["series"]) {
  const hasPairs = series.some(({ isUpper }) => isUpper);
  const hasPublished = series.some(({ isPublished }) => isPublished);
  let index = -1;
  return series.map((line) => {
    if (line.isUpper !== true) index += 1;
    const paired = line.isUpper === true ? ("dashed" as const) : ("solid" as const);
    const own = hasPublished ? ("solid" as const) : DASHES[index % DASHES.length];
    const dash = line.isPublished === true ? ("dotted" as const) : hasPairs ? paired : own;
    return { ...line, index, dash };
  });
}

/** Whether no category has bars of two series; then each bar has the whole width. */
function isDisjoint(series: Chart["series"]): boolean {
  const taken = series.flatMap(({ points }) => points.map(([x]) => x));
  return new Set(taken).size === taken.length;
}

/** Ids count the charts of the process, and would collide on one page. */
function accessible(svg: string, id: string, alt: string): string {
  return svg
    .replaceAll(/zr\d+-/gu, `${id}-`)
    .replace(
      /^<svg ([^>]*)>/u,
      (_tag, attributes: string) =>
        `<svg role="img" aria-labelledby="${id}-alt" ${attributes}>\n<title id="${id}-alt">${escapeXml(alt)}</title>`,
    );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
