import type { LogLine } from "./process-instance.ts";

/** Lines that are kept. */
const MAX_LINES = 10_000;

/** The last lines that handlers have printed. */
export class LogBook {
  readonly #lines: LogLine[] = [];

  add(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES * 1.2) this.#lines.splice(0, this.#lines.length - MAX_LINES);
  }

  /** The lines of one execution, in the order in which they were printed. */
  of(executionArn: string): readonly LogLine[] {
    return this.#lines.filter((line) => line.executionArn === executionArn);
  }
}
