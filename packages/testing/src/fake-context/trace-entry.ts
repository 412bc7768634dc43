import type { ErrorObject } from "@aws/durable-execution-sdk-js";
import { readResult, type DurableOperation } from "../service/durable-operation.ts";

/** Counts the operations that are running, and has their clock. */
export interface InFlightCount {
  inFlight: number;
  readonly clock: { readonly now: number };
}

/** A recorded operation. {@link snapshot} returns it for assertions. */
export class TraceEntry {
  readonly #running: InFlightCount;
  readonly id: string;
  readonly name: string | undefined;
  readonly type: DurableOperation["type"];
  readonly subType: DurableOperation["subType"];
  status: DurableOperation["status"] = "STARTED";
  /** How often the body has run to its end. Undefined for operations without a body. */
  attempts: number | undefined = undefined;
  waitSeconds: number | undefined = undefined;
  callbackId: string | undefined = undefined;
  readonly #startedAt: number;
  #endedAt: number | undefined = undefined;
  #result: unknown = undefined;
  #text: string | undefined = undefined;
  #error: ErrorObject | undefined = undefined;

  constructor(
    running: InFlightCount,
    id: string,
    name: string | undefined,
    type: DurableOperation["type"],
    subType: DurableOperation["subType"],
  ) {
    running.inFlight++;
    this.#running = running;
    this.#startedAt = running.clock.now;
    this.id = id;
    this.name = name;
    this.type = type;
    this.subType = subType;
  }

  /** A new attempt starts. */
  begin(): void {
    this.status = "STARTED";
    this.#error = undefined;
  }

  /** The attempt has ended, and another one is due later. */
  postpone(error?: ErrorObject): void {
    this.status = "PENDING";
    this.#error = error;
  }

  /** The operation succeeded with a result that JSON would return unchanged. */
  succeed(result?: unknown): void {
    this.#end("SUCCEEDED");
    this.#result = result;
  }

  /** The operation succeeded. The result is kept as text, because the handler may modify the object that it gets. */
  succeedWith(text: string | undefined): void {
    this.#end("SUCCEEDED");
    this.#text = text;
  }

  fail(error: ErrorObject | undefined, status: "FAILED" | "TIMED_OUT" = "FAILED"): void {
    this.#end(status);
    this.#error = error;
  }

  snapshot(): DurableOperation {
    const result = this.#text === undefined ? this.#result : readResult(this.#text);
    const error = this.#error;
    return {
      id: this.id,
      ...(this.name !== undefined && { name: this.name }),
      type: this.type,
      subType: this.subType,
      status: this.status,
      ...(this.attempts !== undefined && { attempts: this.attempts }),
      ...(result !== undefined && { result }),
      ...(error !== undefined && {
        error: { type: error.ErrorType ?? "Error", message: error.ErrorMessage ?? "" },
      }),
      startedAt: new Date(this.#startedAt),
      ...(this.#endedAt !== undefined && { endedAt: new Date(this.#endedAt) }),
      ...(this.waitSeconds !== undefined && { waitSeconds: this.waitSeconds }),
      ...(this.callbackId !== undefined && { callbackId: this.callbackId }),
    };
  }

  #end(status: DurableOperation["status"]): void {
    this.status = status;
    this.#endedAt = this.#running.clock.now;
    this.#running.inFlight--;
  }

  /** For messages: `Step "charge" (2-1)`. */
  toString(): string {
    return this.name === undefined
      ? `${this.subType} (${this.id})`
      : `${this.subType} "${this.name}" (${this.id})`;
  }
}
