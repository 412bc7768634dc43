import { LineChart } from "echarts/charts";
import { GridComponent, TitleComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([LineChart, GridComponent, TitleComponent, SVGRenderer]);

/** What the picture shows: the value of the counter after each command. */
export interface RetryPicture {
  readonly commands: readonly string[];
  readonly naive: readonly number[];
  readonly ours: readonly number[];
}

const THEMES = {
  light: {
    background: "#ffffff",
    text: "#1f2328",
    muted: "#59636e",
    grid: "#d1d9e0",
    naive: "#bc4c00",
    ours: "#0969da",
  },
  dark: {
    background: "#0d1117",
    text: "#f0f6fc",
    muted: "#9198a1",
    grid: "#3d444d",
    naive: "#f0883e",
    ours: "#58a6ff",
  },
};

export type Theme = keyof typeof THEMES;
export const themes = Object.keys(THEMES) as readonly Theme[]; // the keys of a literal

/**
 * Draws two counters that receive the same commands while one reply is lost, as SVG. The lines differ in colour, dash
 * and marker, so that the picture is readable without colours.
 */
export function renderRetryPicture({ commands, naive, ours }: RetryPicture, theme: Theme): string {
  const colors = THEMES[theme];
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 760, height: 340 });
  const line = (name: string, values: readonly number[], color: string, isNaive: boolean) => ({
    name,
    type: "line" as const,
    data: [{ value: 0, label: { show: false } }, ...values],
    symbol: isNaive ? "diamond" : "circle",
    symbolSize: 9,
    lineStyle: { color, width: 3, type: isNaive ? ("dashed" as const) : ("solid" as const) },
    itemStyle: { color },
    label: {
      show: true,
      position: isNaive ? ("top" as const) : ("bottom" as const),
      color,
      fontSize: 15,
      fontWeight: "bold" as const,
    },
    endLabel: {
      show: true,
      formatter: `${name}: ${values.at(-1)}`,
      color,
      fontSize: 14,
      fontWeight: "bold" as const,
      distance: 22,
    },
  });
  chart.setOption({
    animation: false,
    backgroundColor: colors.background,
    textStyle: { fontFamily: "system-ui, sans-serif" },
    title: {
      text: "One reply from DynamoDB is lost, and the AWS SDK sends the write again",
      left: 24,
      top: 14,
      textStyle: { color: colors.text, fontSize: 16, fontWeight: 600 },
    },
    grid: { left: 48, right: 190, top: 80, bottom: 56 },
    xAxis: {
      type: "category",
      data: ["start", ...commands],
      axisLine: { lineStyle: { color: colors.grid } },
      axisTick: { show: false },
      axisLabel: { color: colors.text, fontSize: 13, interval: 0 },
    },
    yAxis: {
      type: "value",
      min: 0,
      name: "value of the counter",
      nameTextStyle: { color: colors.muted, align: "left", fontSize: 12, padding: [0, 0, 0, -24] },
      splitLine: { lineStyle: { color: colors.grid } },
      axisLabel: { color: colors.muted },
    },
    series: [line("naive ADD", naive, colors.naive, true), line("durable-counter", ours, colors.ours, false)],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
