import { describe, expect, test } from "vitest";
import type { Chart } from "./block.ts";
import { drawFigure } from "./draw-chart.ts";

const WIDTH = 760;

const draw = (chart: Partial<Chart>) =>
  drawFigure(
    {
      kind: "figure",
      name: "figure",
      alt: "What it shows",
      chart: { type: "bar", title: "Title", x: { name: "x" }, y: { name: "y" }, series: [], ...chart },
    },
    "light",
  );

describe("bars", () => {
  const categories = ["read", "write"];

  test("have whiskers from p50 to p99, with both numbers, where there is a p99", () => {
    const whiskers = draw({
      categories,
      series: [
        {
          name: "raw",
          points: [
            [0, 1, 2.5],
            [1, 3, 7],
          ],
        },
      ],
    });
    expect(whiskers).toContain("1 – 2.5");
    expect(whiskers).toContain("3 – 7");
    expect(
      draw({
        categories,
        series: [
          {
            name: "raw",
            points: [
              [0, 1],
              [1, 3],
            ],
          },
        ],
      }),
    ).not.toContain(" – ");
  });

  const published = (x: number) => ({ name: "published", points: [[x, 7.25]] }) as const;
  /** Where the label of 7.25 is. */
  const leftOf = (series: Chart["series"]) =>
    Number(/translate\(([\d.]+) [\d.]+\)"[^>]*>7\.25</u.exec(draw({ categories, series }))?.[1]);

  test.each([0, 1])("stand in the category of their x: %i", (x) => {
    const ours = { name: "ours", points: [[0, 5]] } as const;
    expect(leftOf([ours, published(x)]) > WIDTH / 2).toBe(x === 1);
  });

  test("stand in the middle where no category has two", () => {
    const ours = { name: "ours", points: [[0, 5]] } as const;
    expect(leftOf([ours, published(1)])).toBe(leftOf([published(1)]));
    expect(leftOf([ours, published(0)])).not.toBe(leftOf([published(0)]));
  });
});

test("lines of others are dotted, ours are not", () => {
  const points = [
    [1, 1],
    [2, 2],
  ] as const;
  const lines = draw({
    type: "line",
    series: [
      { name: "ours", points },
      { name: "Styx", points, isPublished: true },
    ],
  });
  expect(lines.match(/stroke-dasharray="[^"]*"/gu) ?? []).not.toHaveLength(0);
  expect(draw({ type: "line", series: [{ name: "ours", points }] })).not.toMatch(
    /<path[^>]*stroke-dasharray/u,
  );
});
