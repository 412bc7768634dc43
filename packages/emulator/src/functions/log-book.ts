import { setImmediate } from "node:timers/promises";
import type { LogLine } from "./process-instance.ts";

/** Lines that are kept. */
const MAX_LINES = 10_000;

const TAIL_BYTES = 4_096;
const TURNS = 3;

/** The last lines that handlers have printed. */
export class LogBook {
  readonly #lines: LogLine[] = [];

  add(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES * 1.2) this.#lines.splice(0, this.#lines.length - MAX_LINES);
  }

  /**
   * The last 4 KB of what an invocation printed, or all invocations of an execution, as Lambda answers it to `LogType: Tail`: in
   * base64. Call it when the invocation has ended.
   */
  async tail(of: { readonly requestId: string } | { readonly executionArn: string }): Promise<string> {
    // What the process wrote before its answer is in a pipe of its own, and is read in the same turns of the event loop.
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
    const lines = this.#lines.filter((line) =>
      "requestId" in of ? line.requestId === of.requestId : line.executionArn === of.executionArn,
    );
    const text = Buffer.from(lines.map((line) => `${line.text}\n`).join(""));
    return text.subarray(-TAIL_BYTES).toString("base64");
  }

  /** The lines of one execution, in the order in which they were printed. */
  of(executionArn: string): readonly LogLine[] {
    return this.#lines.filter((line) => line.executionArn === executionArn);
  }
}
