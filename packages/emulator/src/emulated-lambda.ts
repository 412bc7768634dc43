import { randomUUID } from "node:crypto";
import { seededRandom, type Clock } from "@durable-counter/testing/service";
import type { Hono } from "hono";
import { DurableApi } from "./durable-api.ts";
import { ChangeFeed } from "./executions/change-feed.ts";
import { Chaos, type ChaosOptions, type KillPoint } from "./executions/chaos.ts";
import type { ChangedExecution } from "./executions/execution-environment.ts";
import { Executions } from "./executions/executions.ts";
import type { ExecutionStore } from "./executions/journal.ts";
import { RealClock } from "./executions/real-clock.ts";
import { Functions } from "./functions/functions.ts";
import type { LambdaFunction } from "./functions/lambda-function.ts";
import { LogBook } from "./functions/log-book.ts";
import { consoleRoutes } from "./http/console-routes.ts";
import { lambdaRoutes } from "./http/lambda-routes.ts";
import { InvokeApi } from "./invoke-api.ts";

/** What a Lambda service is made of. */
export interface EmulatedLambdaOptions {
  readonly functions: readonly LambdaFunction[];
  readonly clock?: Clock | undefined;
  readonly store?: ExecutionStore | undefined;
  readonly chaos?: ChaosOptions | undefined;
  /** Seconds that an execution may take. Default one year. */
  readonly executionTimeoutSeconds?: number | undefined;
  readonly onChange?: ((execution: ChangedExecution) => void) | undefined;
  readonly onKill?: ((execution: ChangedExecution, at: KillPoint) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

/** One year: the longest that an execution may take. */
const YEAR = 31_536_000;

/** Lambda with durable functions, without a transport: its API is a Fetch handler. */
export class EmulatedLambda {
  readonly functions: Functions;
  readonly executions: Executions;
  readonly durable: DurableApi;
  readonly chaos: Chaos | undefined;
  readonly changes = new ChangeFeed();
  readonly logs = new LogBook();
  readonly app: Hono;

  constructor(options: EmulatedLambdaOptions) {
    const { store, clock = new RealClock(), onError, executionTimeoutSeconds = YEAR } = options;
    this.functions = new Functions(options.functions);
    this.chaos = options.chaos && new Chaos(options.chaos, seededRandom(options.chaos.seed));
    const invokes = new InvokeApi(this.functions, (request) => this.executions.start(request), this.logs);
    this.executions = new Executions(
      {
        clock,
        store,
        chaos: this.chaos,
        tokenPrefix: randomUUID(),
        invoke: (name, request) => this.functions.invoke(name, request),
        invokeChained: (invoke) => invokes.chained(invoke),
        onChange: (execution) => {
          this.changes.publish(execution);
          options.onChange?.(execution);
        },
        onKill: (execution, at) => options.onKill?.(execution, at),
        fatal: onError,
      },
      executionTimeoutSeconds,
    );
    this.durable = new DurableApi(this.executions, this.functions, clock);
    this.app = lambdaRoutes({ executions: this.executions, durable: this.durable, invokes, onError });
    const { executions, functions, logs, changes } = this;
    this.app.route("/", consoleRoutes({ executions, functions, logs, changes, now: () => clock.now }));
  }

  /** Ends all executions' work and all processes. What a store holds stays as it is. */
  async stop(): Promise<void> {
    this.executions.stop();
    await this.functions.stop();
  }
}
