import type { CustomSeriesOption } from "echarts/charts";
import type { Series } from "./block.ts";
import { significant } from "./format.ts";

/** Half the width of the line at the upper end, in pixels. */
const CAP = 7;

export function hasWhiskers(series: readonly Series[]): boolean {
  return series.some(({ points }) => points.some(([, , upper]) => upper !== undefined));
}

/** A line from the top of each bar to its upper value, with both numbers above it. The chart library has none of its own. */
export function whiskersOf(series: readonly Series[], color: string): readonly CustomSeriesOption[] {
  if (!hasWhiskers(series)) return [];
  return series.map(({ points }, index) => ({
    type: "custom",
    data: points.map(([x, y, upper = y]) => [x, y, upper]),
    encode: { x: 0, y: [1, 2] },
    silent: true,
    z: 3,
    renderItem: (_params, api) => {
      const [category, p50, upper] = [0, 1, 2].map((dimension) => Number(api.value(dimension)));
      const [x = 0, from = 0] = api.coord([category, p50]);
      const [, to = 0] = api.coord([category, upper]);
      const middle = x + (api.barLayout({ count: series.length })?.[index]?.offsetCenter ?? 0);
      const style = { stroke: color, lineWidth: 1.5 };
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: "line" as const,
        shape: { x1, y1, x2, y2 },
        style,
      });
      return {
        type: "group",
        children: [
          line(middle, from, middle, to),
          line(middle - CAP, to, middle + CAP, to),
          {
            type: "text",
            style: {
              text: `${significant(p50 ?? 0)} – ${significant(upper ?? 0)}`,
              x: middle,
              y: to - 4,
              align: "center",
              verticalAlign: "bottom",
              fill: color,
              fontSize: 11,
            },
          },
        ],
      };
    },
  }));
}
