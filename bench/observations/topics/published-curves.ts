import type { Shape } from "../report/shape.ts";

/** Where the curves are from: the numbers that the authors' own plots are drawn from. */
export const CURVES_SOURCE = "https://github.com/delftdata/styx/tree/main/plots";

/** p50 in milliseconds against offered transactions a second, YCSB-T; `throughput_latency_uniform_plot_v2_ycsb.py`. */
export const PUBLISHED_LOAD: readonly Shape[] = [
  {
    name: "Styx",
    isPublished: true,
    points: [
      [100, 15],
      [300, 14],
      [1_000, 18],
      [3_000, 19],
      [10_000, 23],
      [30_000, 32],
      [40_000, 72],
      [48_000, 146],
      [52_000, 275],
      [55_000, 2_791],
      [60_000, 7_971],
    ],
  },
  {
    name: "Boki",
    isPublished: true,
    points: [
      [100, 32.88],
      [300, 35.21],
      [500, 33.38],
      [1_000, 38.05],
      [1_200, 43.94],
      [1_300, 659.74],
      [1_500, 3_724.51],
      [1_700, 8_447.45],
    ],
  },
  {
    name: "Beldi",
    isPublished: true,
    points: [
      [100, 147.15],
      [200, 166.03],
      [300, 192.56],
      [400, 6_958.25],
      [500, 16_990.24],
    ],
  },
  {
    name: "T-Statefun",
    isPublished: true,
    points: [
      [100, 224],
      [300, 213],
      [500, 181],
      [700, 148],
      [1_000, 158],
      [1_500, 149],
      [2_000, 695],
      [3_000, 14_721],
    ],
  },
];

/**
 * p50 in milliseconds against the exponent of Zipf's law; `zipfian_plot_v2.py`. That file has placeholders instead of numbers for
 * T-Statefun from 0.9 on, where it collapsed.
 */
export const PUBLISHED_SKEW: readonly Shape[] = [
  {
    name: "Styx",
    isPublished: true,
    points: [
      [0, 19],
      [0.2, 28],
      [0.4, 29],
      [0.6, 28],
      [0.8, 30],
      [0.9, 30],
      [0.99, 30],
      [0.999, 30],
    ],
  },
  {
    name: "Boki",
    isPublished: true,
    points: [
      [0, 33.91],
      [0.2, 33.94],
      [0.4, 35.73],
      [0.6, 35.27],
      [0.8, 34],
      [0.9, 35.56],
      [0.99, 34.82],
      [0.999, 34.58],
    ],
  },
  {
    name: "Beldi",
    isPublished: true,
    points: [
      [0, 166.03],
      [0.2, 179.44],
      [0.4, 164.87],
      [0.6, 167.56],
      [0.8, 161.99],
      [0.9, 169.53],
      [0.99, 173.77],
      [0.999, 165.19],
    ],
  },
  {
    name: "T-Statefun",
    isPublished: true,
    points: [
      [0, 148],
      [0.2, 169],
      [0.4, 165],
      [0.6, 170],
      [0.8, 728],
    ],
  },
];
