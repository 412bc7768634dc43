import {
  DurableExecutionInvocationInputWithClient,
  type DurableExecutionClient,
  type DurableExecutionInvocationInput,
  type DurableLambdaHandler,
  type ErrorObject,
} from "@aws/durable-execution-sdk-js";
import { afterPatience } from "../patience.ts";
import { errorObjectOf } from "../service/error-object.ts";
import type { LambdaContext } from "../service/lambda-context.ts";
import { ProcessDied } from "./protocol-point.ts";

/** How an invocation ended. */
export type Ending =
  | { readonly kind: "returned"; readonly output: unknown }
  | { readonly kind: "threw"; readonly error: unknown }
  /** The process has died. Its calls do not reach the service any more. */
  | { readonly kind: "crashed" }
  /** The simulation cannot continue. */
  | { readonly kind: "stopped"; readonly error: unknown };

/** What the service records of an invocation that did not return. Lambda names the death of a process so. */
export function failureOf(ending: Ending): ErrorObject | undefined {
  if (ending.kind === "threw") return errorObjectOf(ending.error);
  if (ending.kind === "crashed") return { ErrorType: "Runtime.ExitError", ErrorMessage: "The process died." };
  return undefined;
}

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
      const cancel = afterPatience(guard.timeoutMs, () =>
        this.#end({ kind: "stopped", error: guard.onTimeout() }),
      );
      this.#end = (ending) => {
        cancel();
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
