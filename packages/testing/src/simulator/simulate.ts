import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { CallbackAnswers } from "./callback-answers.ts";
import { refuseFakeTimers } from "../fake-timers.ts";
import { formatValue } from "../format-value.ts";
import type { Environment } from "./environment.ts";
import { Execution, type ExecutionStart } from "./execution.ts";
import type { Faults, RunInProcess } from "./protocol-point.ts";
import type { DurableHandler } from "../service/durable-handler.ts";
import type { ExecutionHistory } from "../service/execution-history.ts";
import { jsonPayload } from "./json-payload.ts";
import { checkSimulateOptions, type SimulateOptions } from "./options.ts";
import { simulationOf, type Simulation } from "./simulation.ts";
import { EventLoop } from "./event-loop.ts";

/**
 * Runs a durable function to its end, with the real durable SDK, against a durable service in memory and on virtual
 * time.
 *
 * @param handler the function that `withDurableExecution` returned, as it is deployed. The type of its result is known for
 * `createCounterHandler`; for others, state it: `simulate<Order>(handler)`
 * @throws TypeError for a handler that is not wrapped, a payload that JSON cannot carry, or unknown options
 * @throws SimulationStoppedError for an execution that would never end; it lists what the execution waits for
 * @throws Error if fake timers are active
 * @example
 * ```ts
 * const simulation = await simulate(handler, { payload: { amount: 5 } });
 * expect(simulation).toMatchObject({ status: "SUCCEEDED", result: "shipped" });
 * ```
 */
export function simulate<Result = unknown>(
  handler: DurableHandler<Result>,
  options: SimulateOptions = {},
): Promise<Simulation<Result>> {
  return simulateWithFaults(handler, options, undefined);
}

/** How a simulation with faults is run and recorded. */
interface Instruments {
  /** It is there even if the simulation is stopped. */
  readonly history?: ExecutionHistory;
  /** Wraps the handler, and the durable functions that it invokes. */
  readonly inProcess?: RunInProcess;
}

/** {@link simulate}, with faults at points of the protocol. */
export async function simulateWithFaults<Result>(
  handler: DurableLambdaHandler,
  options: SimulateOptions,
  faults: Faults | undefined,
  instruments?: Instruments,
): Promise<Simulation<Result>> {
  const { execution, env, start } = prepare(handler, options, faults, instruments);
  const { started } = options;
  const { functionName, executionName, payload } = start;
  const run = () => runToEnd(execution, env);
  const simulation = started === undefined ? run() : started.start(functionName, executionName, payload, run);
  return (await simulation) as Simulation<Result>; // the caller names the type of what the handler returns
}

/**
 * Checks the arguments, and creates an execution that has not been invoked.
 *
 * @throws TypeError for invalid arguments, Error if fake timers are active
 */
export function prepare(
  handler: DurableLambdaHandler,
  options: SimulateOptions,
  faults?: Faults,
  { history, inProcess }: Instruments = {},
): Prepared {
  if (typeof handler !== "function") {
    throw new TypeError(
      `handler is ${formatValue(handler)}; pass the function that withDurableExecution(…) returned.`,
    );
  }
  checkSimulateOptions(options);
  refuseFakeTimers();
  const { functionName = "function", executionName = nextName(), arn } = options;
  const { payload: event = {} } = options;
  const payload = jsonPayload(event, "options.payload");
  const start = { handler, functionName, executionName, arn, payload, history };
  const env = { ...environment(options, faults), inProcess };
  return { start, env, execution: new Execution(start, env) };
}

interface Prepared {
  readonly start: ExecutionStart;
  readonly env: Environment;
  readonly execution: Execution;
}

/** Runs an execution until it is closed. */
export async function runToEnd(execution: Execution, env: Environment): Promise<Simulation> {
  if (execution.invocations === 0) env.eventLoop.invokeLater(execution);
  await env.eventLoop.run();
  if (!execution.isClosed)
    throw execution.stopped("The execution is suspended, and nothing is left to resume it.");
  env.answers.check();
  return simulationOf(execution);
}

let unnamed = 0;

/** As in production, no two executions have the same name by accident: their idempotency keys would be the same. */
function nextName(): string {
  return `simulation-${++unnamed}`;
}

function environment(options: SimulateOptions, faults: Faults | undefined): Environment {
  return {
    eventLoop: new EventLoop(),
    answers: new CallbackAnswers(options.callbacks ?? {}),
    functions: options.functions ?? {},
    faults,
    replay: options.replay ?? "suspended",
    answerCallbacks: options.answerCallbacks ?? "submitted",
    pageSize: options.pageSize ?? 1_000,
    timeoutMs: options.timeoutMs ?? 4_000,
    maxInvocations: options.maxInvocations ?? 1_000,
  };
}
