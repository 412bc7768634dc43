import {
  DurablePromise,
  type BatchResult,
  type ChildConfig,
  type DurableContext,
  type DurableContextLogger,
  type DurableLogger,
  type Duration,
  type InvokeConfig,
  type MapConfig,
  type MapFunc,
  type SerdesConfig,
  type StepConfig,
  type StepFunc,
  type WaitForConditionCheckFunc,
  type WaitForConditionConfig,
} from "@aws/durable-execution-sdk-js";
import { jobsOfBranches, jobsOfItems, runBatch, type BatchConfig, type Branch } from "./map-and-parallel.ts";
import {
  createCallback,
  waitForCallback,
  type CallbackConfig,
  type Submitter,
  type WaitForCallbackConfig,
} from "./callback.ts";
import { runChild } from "./child.ts";
import { combinators } from "./promise-combinators.ts";
import { runCondition } from "./wait-for-condition.ts";
import { runInvoke } from "./invoke.ts";
import { bindLogger } from "./memory-logger.ts";
import type { Scope } from "./scope.ts";
import { runStep } from "./step.ts";
import { runWait } from "./wait.ts";

type Name = string | undefined;
type ChildBody<T, TLogger extends DurableLogger> = (context: DurableContext<TLogger>) => Promise<T>;

/** Implements the SDK's DurableContext: resolves the overloads, and starts the operations. */
export class InMemoryContext<
  TLogger extends DurableLogger = DurableLogger,
> implements DurableContext<TLogger> {
  /** Undefined in the root, `"1"` or `"1-2"` in children. The contexts of the SDK have this private field. */
  readonly _stepPrefix: string | undefined;
  readonly executionContext: { readonly durableExecutionArn: string };
  readonly #scope: Scope;
  #logger: DurableContextLogger<TLogger> | undefined;

  constructor(scope: Scope) {
    this._stepPrefix = scope.prefix;
    this.executionContext = { durableExecutionArn: scope.execution.arn };
    this.#scope = scope;
  }

  get lambdaContext(): DurableContext["lambdaContext"] {
    return this.#scope.execution.lambdaContext;
  }

  get logger(): DurableContextLogger<TLogger> {
    // The logger of the scope was configured as a TLogger.
    this.#logger ??= bindLogger(this.#scope.logger) as DurableContextLogger<TLogger>;
    return this.#logger;
  }

  configureLogger({ customLogger }: { customLogger?: TLogger; modeAware?: boolean }): void {
    if (customLogger === undefined) return;
    this.#scope.useLogger(customLogger);
    this.#logger = undefined;
  }

  configureSerdes({ defaultSerdes, defaultCallbackDeserializer }: SerdesConfig): void {
    this.#scope.serdes = defaultSerdes ?? this.#scope.serdes;
    this.#scope.callbackDeserializer = defaultCallbackDeserializer ?? this.#scope.callbackDeserializer;
  }

  step<T>(
    nameOrBody: Name | StepFunc<T, TLogger>,
    bodyOrConfig?: StepFunc<T, TLogger> | StepConfig<T>,
    maybeConfig?: StepConfig<T>,
  ): DurablePromise<T> {
    const [name, body, config] = named<[StepFunc<T>, StepConfig<T>?]>(nameOrBody, bodyOrConfig, maybeConfig);
    return this.#start("step", (scope) => runStep(scope, scope.open("STEP", "Step", name), body, config));
  }

  invoke<I, O>(
    nameOrFunction: string,
    functionOrInput?: string | I,
    inputOrConfig?: I | InvokeConfig<I, O>,
    maybeConfig?: InvokeConfig<I, O>,
  ): DurablePromise<O> {
    // As in the SDK, a string in second place is the function, never the input.
    const isNamed = typeof functionOrInput === "string";
    const name = isNamed ? nameOrFunction : undefined;
    const functionId = isNamed ? functionOrInput : nameOrFunction;
    // The overloads tell which of the two it is.
    const input = (isNamed ? inputOrConfig : functionOrInput) as I | undefined;
    const config = (isNamed ? maybeConfig : inputOrConfig) as InvokeConfig<I, O> | undefined;
    return this.#start("invoke", (scope) =>
      runInvoke(scope, scope.open("CHAINED_INVOKE", "ChainedInvoke", name), functionId, input, config),
    );
  }

  runInChildContext<T>(
    nameOrBody: Name | ChildBody<T, TLogger>,
    bodyOrConfig?: ChildBody<T, TLogger> | ChildConfig<T>,
    maybeConfig?: ChildConfig<T>,
  ): DurablePromise<T> {
    const [name, body, config] = named<[ChildBody<T, DurableLogger>, ChildConfig<T>?]>(
      nameOrBody,
      bodyOrConfig,
      maybeConfig,
    );
    return this.#start("runInChildContext", (scope) => {
      // The SDK types sub-types that a handler passes as plain strings.
      const subType = (config?.subType ?? "RunInChildContext") as "RunInChildContext";
      const entry = scope.open("CONTEXT", subType, name, config?.virtualContext !== true);
      return runChild(scope, entry, (child) => body(new InMemoryContext(child)), config);
    });
  }

  wait(nameOrDuration: string | Duration, maybeDuration?: Duration): DurablePromise<void> {
    const isNamed = typeof nameOrDuration === "string";
    // The overloads require a duration after a name.
    const duration = (isNamed ? maybeDuration : nameOrDuration) as Duration;
    return this.#start("wait", (scope) =>
      runWait(scope, scope.open("WAIT", "Wait", isNamed ? nameOrDuration : undefined), duration),
    );
  }

  waitForCondition<T>(
    nameOrCheck: Name | WaitForConditionCheckFunc<T, TLogger>,
    checkOrConfig?: WaitForConditionCheckFunc<T, TLogger> | WaitForConditionConfig<T>,
    maybeConfig?: WaitForConditionConfig<T>,
  ): DurablePromise<T> {
    const [name, check, config] = named<[WaitForConditionCheckFunc<T>, WaitForConditionConfig<T>?]>(
      nameOrCheck,
      checkOrConfig,
      maybeConfig,
    );
    return this.#start("waitForCondition", (scope) => {
      if (config?.waitStrategy === undefined || config.initialState === undefined) {
        throw new Error("waitForCondition requires config with waitStrategy and initialState");
      }
      return runCondition(scope, scope.open("STEP", "WaitForCondition", name), check, config);
    });
  }

  createCallback<T = string>(
    nameOrConfig?: Name | CallbackConfig<T>,
    maybeConfig?: CallbackConfig<T>,
  ): DurablePromise<[DurablePromise<T>, string]> {
    const [name, config] =
      typeof nameOrConfig === "object" ? [undefined, nameOrConfig] : [nameOrConfig, maybeConfig];
    return this.#start("createCallback", (scope) =>
      createCallback(scope, scope.open("CALLBACK", "Callback", name), config),
    );
  }

  waitForCallback<T = string>(
    nameOrSubmitter: Name | Submitter<TLogger>,
    submitterOrConfig?: Submitter<TLogger> | WaitForCallbackConfig<T>,
    maybeConfig?: WaitForCallbackConfig<T>,
  ): DurablePromise<T> {
    const [name, submitter, config] = named<[Submitter, WaitForCallbackConfig<T>?]>(
      nameOrSubmitter,
      submitterOrConfig,
      maybeConfig,
    );
    return this.#start("waitForCallback", async (scope) => {
      if (typeof submitter !== "function") {
        const isNamed = typeof nameOrSubmitter === "string" || nameOrSubmitter === undefined;
        throw new Error(
          `waitForCallback requires a submitter function${isNamed ? " when name is provided" : ""}`,
        );
      }
      return waitForCallback(scope, scope.open("CONTEXT", "WaitForCallback", name), submitter, config);
    });
  }

  map<I, T>(
    nameOrItems: Name | I[],
    itemsOrBody: I[] | MapFunc<I, T, TLogger>,
    bodyOrConfig?: MapFunc<I, T, TLogger> | MapConfig<I, T>,
    maybeConfig?: MapConfig<I, T>,
  ): DurablePromise<BatchResult<T>> {
    const [name, items, body, config = {}] = named<[I[], MapFunc<I, T, DurableLogger>, MapConfig<I, T>?]>(
      nameOrItems,
      itemsOrBody,
      bodyOrConfig,
      maybeConfig,
    );
    return this.#start("map", async (scope) => {
      const jobs = jobsOfItems(items, body, config.itemNamer, contextOf);
      return runBatch(scope, ["Map", "MapIteration"], name, jobs, config);
    });
  }

  parallel<T>(
    nameOrBranches: Name | readonly Branch<T, TLogger>[],
    branchesOrConfig?: readonly Branch<T, TLogger>[] | BatchConfig<T>,
    maybeConfig?: BatchConfig<T>,
  ): DurablePromise<BatchResult<T>> {
    const [name, branches, config = {}] = named<[readonly Branch<T, DurableLogger>[], BatchConfig<T>?]>(
      nameOrBranches,
      branchesOrConfig,
      maybeConfig,
    );
    return this.#start("parallel", async (scope) =>
      runBatch(scope, ["Parallel", "ParallelBranch"], name, jobsOfBranches(branches, contextOf), config),
    );
  }

  get promise(): DurableContext<TLogger>["promise"] {
    return combinators((name, body, config) => this.runInChildContext(name, body, config));
  }

  /** Starts an operation at once. Its failure is no unhandled rejection, even if the handler never awaits it. */
  #start<T>(operation: string, run: (scope: Scope) => Promise<T>): DurablePromise<T> {
    const scope = this.#scope;
    const refusal = scope.refuse(operation);
    if (refusal !== undefined) return new DurablePromise(() => Promise.reject(refusal));
    const running = run(scope);
    running.catch(() => {});
    return new DurablePromise(() => running);
  }
}

function contextOf(scope: Scope): DurableContext {
  return new InMemoryContext(scope);
}

/** Sorts the arguments of an operation, which may start with a name. */
function named<Others extends readonly unknown[]>(...args: readonly unknown[]): [Name, ...Others] {
  const isNamed = typeof args[0] === "string" || args[0] === undefined;
  // The overloads guarantee the types. A body that expects a TLogger gets the configured one.
  return (isNamed ? args : [undefined, ...args]) as [Name, ...Others];
}
