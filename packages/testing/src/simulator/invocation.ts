import {
  DurableExecutionInvocationInputWithClient,
  type DurableExecutionClient,
  type DurableExecutionInvocationInput,
  type DurableLambdaHandler,
  type ErrorObject,
} from "@aws/durable-execution-sdk-js";
import { formatValue } from "../format-value.ts";
import { isUnexpectedPayload } from "../service/invoked-function.ts";
import type { LambdaContext } from "../service/lambda-context.ts";
import { ProcessDied } from "./faults.ts";

/** How an invocation ended. */
export type Ending =
  | { readonly kind: "returned"; readonly output: unknown }
  | { readonly kind: "threw"; readonly error: unknown }
  /** The process has died. Its calls do not reach the service any more. */
  | { readonly kind: "crashed" }
  /** The simulation cannot continue. */
  | { readonly kind: "stopped"; readonly error: unknown };

/** One run of the deployed function, from its event to its end. */
export class Invocation {
  /** Whether the durable SDK has used the client. A handler that is not wrapped does not. */
  reachedService = false;
  #end: (ending: Ending) => void = () => undefined;

  /** Ends with the function, with {@link end}, or after `timeoutMs` of real time with the error of `onTimeout`. */
  run(
    handler: DurableLambdaHandler,
    input: DurableExecutionInvocationInput,
    client: DurableExecutionClient,
    context: LambdaContext,
    guard: { readonly timeoutMs: number; readonly onTimeout: () => Error },
  ): Promise<Ending> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => this.#end({ kind: "stopped", error: guard.onTimeout() }),
        guard.timeoutMs,
      );
      this.#end = (ending) => {
        clearTimeout(timer);
        resolve(ending);
      };
      this.#call(handler, this.#event(input, client), context);
    });
  }

  /** Ends the invocation, even if its function is still running. */
  end(ending: Ending): void {
    this.#end(ending);
  }

  #call(handler: DurableLambdaHandler, event: DurableExecutionInvocationInput, context: LambdaContext): void {
    const threw = (error: unknown) =>
      this.#end(error instanceof ProcessDied ? { kind: "crashed" } : { kind: "threw", error });
    try {
      // A handler that is not wrapped may return any value.
      Promise.resolve(handler(event, context)).then(
        (output: unknown) => this.#end({ kind: "returned", output }),
        threw,
      );
    } catch (error) {
      threw(error);
    }
  }

  #event(
    input: DurableExecutionInvocationInput,
    client: DurableExecutionClient,
  ): DurableExecutionInvocationInput {
    const event = new DurableExecutionInvocationInputWithClient(input, client);
    const onRead = () => {
      this.reachedService = true;
      return client;
    };
    Object.defineProperty(event, "durableExecutionClient", { get: onRead, enumerable: true });
    // The class of the SDK leaves out the updated ids.
    return Object.assign(event, { UpdatedOperationIds: input.UpdatedOperationIds ?? [] });
  }
}

/** What a durable function returns to the service. */
export type InvocationOutput =
  | { readonly status: "SUCCEEDED"; readonly result: string | undefined }
  | { readonly status: "FAILED"; readonly error: ErrorObject }
  | { readonly status: "PENDING" };

/** @throws TypeError if `output` is not what a durable function returns */
export function readOutput(output: unknown): InvocationOutput {
  const { Status, Result, Error: error } = Object(output) as Record<string, unknown>;
  switch (Status) {
    case "SUCCEEDED":
      // An empty result means that the result was checkpointed before.
      return { status: Status, result: typeof Result === "string" && Result !== "" ? Result : undefined };
    case "FAILED": {
      const failure = Object(error) as ErrorObject;
      if (isUnexpectedPayload(failure.ErrorMessage)) throw unwrapped(`failed with ${failure.ErrorMessage}`);
      return { status: Status, error: failure };
    }
    case "PENDING":
      return { status: Status };
    default:
      throw unwrapped(`returned ${formatValue(output)}`);
  }
}

/** The error for a handler that is no durable function. */
export function unwrapped(what: string, cause?: unknown): TypeError {
  return new TypeError(
    `handler ${what} when it was invoked as a durable function; pass the function that withDurableExecution(…) ` +
      `returned, wrapped once, and let nothing in between change its event or its answer.`,
    cause === undefined ? undefined : { cause },
  );
}
