import { randomUUID } from "node:crypto";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { CallbackAnswer } from "../service/callback-answer.ts";
import type { InvokedFunction } from "../service/invoked-function.ts";
import { lambdaContext } from "../service/lambda-context.ts";
import { CallbackRegistry } from "./callback-registry.ts";
import type { TraceEntry, InFlightCount } from "./trace-entry.ts";
import { FakeClock } from "./fake-clock.ts";

const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:fake:$LATEST";

/** The parts that an execution is made of. */
export interface ExecutionParts {
  /** If it is undefined, the execution generates a unique one. */
  readonly arn: string | undefined;
  /** The start of the clock, in milliseconds since the epoch. */
  readonly start: number;
  readonly lambdaContext: Partial<DurableContext["lambdaContext"]>;
  readonly functions: Readonly<Record<string, InvokedFunction>>;
  readonly callbacks: Readonly<Record<string, CallbackAnswer>>;
}

/** The state that all contexts of one run share. */
export class FakeExecution implements InFlightCount {
  readonly functions: ExecutionParts["functions"];
  readonly clock: FakeClock;
  readonly callbacks: CallbackRegistry;
  /** The number of operations that have not ended. */
  inFlight = 0;
  /** All recorded operations, in start order. */
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

  /**
   * Generated on first use: most handlers never read it, and a random UUID is the most expensive part of a new context.
   */
  get arn(): string {
    return (this.#arn ??= `${FUNCTION_ARN}/durable-execution/fake/${randomUUID()}`);
  }

  get lambdaContext(): DurableContext["lambdaContext"] {
    return (this.#lambdaContext ??= {
      ...lambdaContext({ functionArn: this.arn.split("/", 1)[0] ?? "" }),
      ...this.#lambdaOverrides,
    });
  }

  /** The error that ended the execution. Every later operation rejects with it, unwrapped and without retries. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * Ends the execution, as the SDK does without asking the handler. Waiting operations reject now, and running bodies
   * when they end.
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
