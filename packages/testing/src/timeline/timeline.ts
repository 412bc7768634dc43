/** The index of a moment in {@link Timeline.moments}. */
export type Moment = number;

/** What a timeline shows, whatever it was made of. */
export interface Timeline {
  readonly title: string;
  /** How it ended, if it has an end of its own. */
  readonly status?: Status | undefined;
  /** In a few words each. */
  readonly facts: readonly Detail[];
  /** Long texts: payloads, errors, problems. */
  readonly texts: readonly Detail[];
  /**
   * The time of each moment. Things that happen at the same time, one after the other, have a moment each: the time of
   * neighbouring moments can be the same, but their order is known.
   */
  readonly moments: readonly number[];
  /** Whether times are milliseconds, which are drawn to scale, or numbers of which only the order counts. */
  readonly scale: "milliseconds" | "order";
  readonly lanes: readonly Lane[];
  /** When a process was running. */
  readonly bands: readonly Band[];
  /** Where the process died. */
  readonly marks: readonly Mark[];
}

/** What belongs together, in one or more rows: a context, a process. */
export interface Lane {
  readonly label: string;
  /** 0 for a lane that is not within another. */
  readonly depth: number;
  /** The context itself, drawn around its operations. */
  readonly frame?: Bar | undefined;
  readonly bars: readonly Bar[];
}

/** What each kind of bar is called. */
export const KIND_NAMES = {
  invocation: "invocation",
  context: "context",
  step: "step",
  condition: "waitForCondition",
  wait: "wait",
  callback: "callback",
  invoke: "invoke",
  call: "call of a dependency",
  operation: "operation",
} as const;

export type BarKind = keyof typeof KIND_NAMES;

export type Status = "succeeded" | "failed" | "open" | "unknown";

export interface Bar {
  readonly kind: BarKind;
  /** Drawn on the bar. */
  readonly label: string;
  /** The same in full, such as `step "charge" (operation 2)`. */
  readonly name: string;
  readonly status: Status;
  readonly start: Moment;
  readonly end: Moment;
  /** In order and without gaps. */
  readonly pieces: readonly Piece[];
  /** When and how often. */
  readonly summary: string;
  readonly details: readonly Detail[];
}

/** `pause`: nothing runs, such as between two attempts. `replay`: the code runs again, its operations do not. */
export interface Piece {
  readonly kind: "run" | "failed" | "pause" | "replay";
  readonly start: Moment;
  readonly end: Moment;
}

export interface Band {
  readonly start: Moment;
  readonly end: Moment;
}

export interface Mark {
  readonly at: Moment;
  readonly label: string;
}

export interface Detail {
  readonly label: string;
  readonly text: string;
}
