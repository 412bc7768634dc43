import { randomUUID } from "node:crypto";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { CallbackAnswer } from "../service/callback-answer.ts";
import { INVOCATION_MS, lambdaContext } from "../service/lambda-context.ts";
import { CallbackRegistry } from "./callback-registry.ts";
import type { TraceEntry, InFlightCount } from "./trace-entry.ts";
import { FakeClock } from "./fake-clock.ts";

const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:fake:$LATEST";

/** Runs in place of a function that the handler invokes. */
export type InvokedFunction = {
  // A method's parameter is bivariant: functions that know their input's type are accepted too.
  call(input: unknown): unknown;
}["call"];

/** What an execution is made of. */
export interface ExecutionParts {
  /** Where it is undefined, the execution makes one that no other has. */
  readonly arn: string | undefined;
  /** Where the clock starts, in milliseconds since the epoch. */
  readonly start: number;
  readonly lambdaContext: Partial<DurableContext["lambdaContext"]>;
  readonly functions: Readonly<Record<string, InvokedFunction>>;
  readonly callbacks: Readonly<Record<string, CallbackAnswer>>;
}

/** What all contexts of one run share. */
export class FakeExecution implements InFlightCount {
  readonly functions: ExecutionParts["functions"];
  readonly clock: FakeClock;
  readonly callbacks: CallbackRegistry;
  /** Operations that did not end. */
  inFlight = 0;
  /** In start order. */
  readonly entries: TraceEntry[] = [];
  readonly #lambdaOverrides: ExecutionParts["lambdaContext"];
  #arn: string | undefined;
  #lambdaContext: DurableContext["lambdaContext"] | undefined = undefined;
  #fault: Error | undefined = undefined;

  constructor({ arn, start, lambdaContext, functions, callbacks }: ExecutionParts) {
    this.#arn = arn;
    this.#lambdaOverrides = lambdaContext;
    this.functions = functions;
    this.clock = new FakeClock(start);
    this.callbacks = new CallbackRegistry(this, callbacks);
  }

  /** Most handlers never ask, and randomness is what costs most in a new context. */
  get arn(): string {
    return (this.#arn ??= `${FUNCTION_ARN}/durable-execution/fake/${randomUUID()}`);
  }

  get lambdaContext(): DurableContext["lambdaContext"] {
    return (this.#lambdaContext ??= {
      ...lambdaContext({
        functionArn: this.arn.split("/", 1)[0] ?? "",
        invocation: 1,
        getRemainingTimeInMillis: () => INVOCATION_MS,
      }),
      ...this.#lambdaOverrides,
    });
  }

  /** What ended the execution. From then on every operation fails with it, unwrapped and not retried. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * Ends the execution where the SDK's invocation would end without asking the handler. Whatever waits fails now,
   * whatever runs when it ends.
   *
   * @returns the first fault, to be thrown
   */
  terminate(error: Error): Error {
    if (this.#fault === undefined) {
      this.#fault = error;
      this.clock.stop(error);
      this.callbacks.stop(error);
    }
    return this.#fault;
  }
}
