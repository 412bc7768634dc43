/** The result of a bench. */
export interface Report {
  readonly head: readonly string[];
  readonly rows: readonly Row[];
}

export interface Row {
  readonly cells: readonly string[];
  readonly target?: Target;
}

/** The bound of a measured figure. */
export interface Target {
  readonly measured: number;
  readonly bound: "at least" | "at most";
  readonly limit: number;
  /** Printed behind the limit: `×`. */
  readonly unit?: string;
}

export function isReached({ measured, bound, limit }: Target): boolean {
  return bound === "at least" ? measured >= limit : measured <= limit;
}

/** Whether a target is not reached. */
export function isMissed({ rows }: Report): boolean {
  return rows.some(({ target }) => target !== undefined && !isReached(target));
}
