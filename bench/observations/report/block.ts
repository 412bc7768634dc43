import type { HistoryOperation } from "@durable-counter/testing";

/** A part of the report, written as Markdown and as HTML. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly Row[] }
  | Figure;

export type Row = readonly (string | number)[];

export interface Figure {
  readonly kind: "figure";
  /** The name of its files. */
  readonly name: string;
  /** What a reader who does not see the figure learns from it. */
  readonly alt: string;
  readonly chart: Chart | History;
}

/** The calls of several callers, over time. */
export interface History {
  readonly type: "history";
  readonly history: readonly HistoryOperation[];
}

/** Lines over a number, or bars by group. */
export interface Chart {
  readonly type: "line" | "bar";
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** The groups of bars. */
  readonly categories?: readonly string[];
  readonly series: readonly Series[];
}

interface Axis {
  readonly name: string;
  readonly scale?: "linear" | "logarithmic";
}

export interface Series {
  readonly name: string;
  /** For bars, x is the index of the category, and a line leads from y to `upper`, where there is one. */
  readonly points: readonly (readonly [x: number, y: number, upper?: number])[];
  /** Points that no line connects, with their x beside them. */
  readonly isMarks?: boolean;
  /** The p99 of the series before: a dashed line of the same colour. Then a line without it is solid. */
  readonly isUpper?: boolean;
  /** Figures of others: a thin, dotted line. */
  readonly isPublished?: boolean;
}

export const text = (text: string): Block => ({ kind: "text", text });

export const table = (head: readonly string[], rows: readonly Row[]): Block => ({
  kind: "table",
  head,
  rows,
});
