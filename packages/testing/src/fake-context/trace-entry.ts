import type { ErrorObject } from "@aws/durable-execution-sdk-js";
import type { DurableOperation } from "../service/durable-operation.ts";

/** Whoever wants to know how many operations run beside each other. */
export interface InFlightCount {
  inFlight: number;
}

/** One operation under way. {@link snapshot} shows it to assertions. */
export class TraceEntry {
  readonly #traffic: InFlightCount;
  readonly id: string;
  readonly name: string | undefined;
  readonly type: DurableOperation["type"];
  readonly subType: DurableOperation["subType"];
  status: DurableOperation["status"] = "STARTED";
  /** Bodies that ran to their end; undefined where there is none. */
  attempts: number | undefined = undefined;
  #result: unknown = undefined;
  #text: string | undefined = undefined;
  #error: ErrorObject | undefined = undefined;

  constructor(
    traffic: InFlightCount,
    id: string,
    name: string | undefined,
    type: DurableOperation["type"],
    subType: DurableOperation["subType"],
  ) {
    traffic.inFlight++;
    this.#traffic = traffic;
    this.id = id;
    this.name = name;
    this.type = type;
    this.subType = subType;
  }

  /** An attempt begins. */
  begin(): void {
    this.status = "STARTED";
    this.#error = undefined;
  }

  /** An attempt ended, another one is due later. */
  postpone(error?: ErrorObject): void {
    this.status = "PENDING";
    this.#error = error;
  }

  /** Ended well; a result that JSON would hand back as it is. */
  succeed(result?: unknown): void {
    this.#end("SUCCEEDED");
    this.#result = result;
  }

  /** Ended well; the result is kept as the text of its checkpoint, since the handler may change what it revives. */
  succeedWith(text: string | undefined): void {
    this.#end("SUCCEEDED");
    this.#text = text;
  }

  fail(error: ErrorObject | undefined, status: "FAILED" | "TIMED_OUT" = "FAILED"): void {
    this.#end(status);
    this.#error = error;
  }

  snapshot(): DurableOperation {
    const result = this.#text === undefined ? this.#result : readText(this.#text);
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
    };
  }

  #end(status: DurableOperation["status"]): void {
    this.status = status;
    this.#traffic.inFlight--;
  }

  /** As messages name it: `Step "charge" (2-1)`. */
  toString(): string {
    return this.name === undefined
      ? `${this.subType} (${this.id})`
      : `${this.subType} "${this.name}" (${this.id})`;
  }
}

/** A serdes of the handler's own may write anything; what is no JSON stays text. */
function readText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
