import {
  NestingType,
  type BatchResult,
  type ChildContextError,
  type DurableContext,
  type DurableLogger,
  type MapConfig,
  type MapFunc,
} from "@aws/durable-execution-sdk-js";
import type { DurableOperation } from "../service/durable-operation.ts";
import { batchSerdes, InMemoryBatchResult, restoreBatch } from "./batch-result.ts";
import { runChild } from "./child.ts";
import { BatchProgress } from "./batch-progress.ts";
import type { FakeExecution } from "./fake-execution.ts";
import type { Scope } from "./scope.ts";

/** One item of a map, or one branch of a parallel. */
export interface BatchJob<T> {
  /** Undefined if the handler passed none. */
  readonly name: string | undefined;
  readonly defaultName: string;
  readonly run: (child: Scope) => Promise<T>;
}

/** The options that map and parallel share. */
export type BatchConfig<T> = Omit<MapConfig<never, T>, "itemNamer">;

/** Runs map and parallel: one child context per job, with as many at a time as `maxConcurrency` allows. */
export async function runBatch<T>(
  scope: Scope,
  [subType, itemSubType]: readonly [batch: DurableOperation["subType"], item: DurableOperation["subType"]],
  name: string | undefined,
  jobs: readonly BatchJob<T>[],
  config: BatchConfig<T>,
): Promise<BatchResult<T>> {
  checkConfig(scope.execution, config);
  const entry = scope.open("CONTEXT", subType, name);
  const body = async (child: Scope) => await runJobs(child, itemSubType, jobs, config);
  const result = await runChild(scope, entry, body, { serdes: config.serdes ?? batchSerdes });
  return restoreBatch(result);
}

async function runJobs<T>(
  scope: Scope,
  subType: DurableOperation["subType"],
  jobs: readonly BatchJob<T>[],
  { maxConcurrency, completionConfig, itemSerdes, nesting }: BatchConfig<T>,
): Promise<BatchResult<T>> {
  const virtualContext = nesting === NestingType.FLAT;
  const progress = new BatchProgress(
    jobs.map(({ name }) => name),
    completionConfig,
  );
  let next = 0;
  let active = 0;

  return new Promise((resolve, reject) => {
    const finish = (): void => {
      // A copy, because items can still end after the batch. The results are of the jobs' types.
      const items = progress.items.filter((item) => item !== undefined).map((item) => ({ ...item }));
      resolve(new InMemoryBatchResult(items, progress.reason) as BatchResult<T>);
    };
    const startJobs = (): void => {
      while (active < (maxConcurrency || Infinity) && next < jobs.length && progress.mayGoOn) {
        startJob(jobs[next]!, next);
        next++;
      }
    };
    const startJob = ({ name, defaultName, run }: BatchJob<T>, index: number): void => {
      active++;
      progress.start(index);
      const entry = scope.open("CONTEXT", subType, name || defaultName, !virtualContext);
      const goOn = (record: () => void): void => {
        try {
          if (scope.execution.fault !== undefined) throw scope.execution.fault;
          record();
          active--;
          if (progress.isOver) finish();
          else startJobs();
        } catch (error) {
          // A fault, or an error of the handler's predicate.
          reject(error);
        }
      };
      runChild(scope, entry, run, { virtualContext, ...(itemSerdes && { serdes: itemSerdes }) }).then(
        (result) => goOn(() => progress.succeed(index, result)),
        // It fails with no other error, unless the execution has ended.
        (error: ChildContextError) => goOn(() => progress.fail(index, error)),
      );
    };

    startJobs();
    // There are no jobs, or the predicate is satisfied from the start.
    if (active === 0) finish();
  });
}

/** Rejects a configuration for which the SDK would end the execution. */
function checkConfig<T>(
  execution: FakeExecution,
  { maxConcurrency, completionConfig }: BatchConfig<T>,
): void {
  if (maxConcurrency !== undefined && maxConcurrency <= 0) {
    throw execution.terminate(
      new Error(
        `Invalid maxConcurrency: ${maxConcurrency}. Must be a positive number or undefined for unlimited concurrency.`,
      ),
    );
  }
  const { shouldComplete, ...thresholds } = completionConfig ?? {};
  if (shouldComplete !== undefined && Object.values(thresholds).some((value) => value !== undefined)) {
    throw execution.terminate(
      new Error(
        "completionConfig.shouldComplete is mutually exclusive with " +
          "minSuccessful, toleratedFailureCount, and toleratedFailurePercentage",
      ),
    );
  }
}

/** A branch of a parallel. The SDK does not export its type. */
export type Branch<T, TLogger extends DurableLogger> =
  BranchBody<T, TLogger> | { readonly name?: string; readonly func: BranchBody<T, TLogger> };

type BranchBody<T, TLogger extends DurableLogger> = (context: DurableContext<TLogger>) => Promise<T>;

/** @throws Error as the SDK does, for arguments of another type */
export function jobsOfItems<I, T>(
  items: I[],
  body: MapFunc<I, T, DurableLogger>,
  nameOf: ((item: I, index: number) => string) | undefined,
  contextOf: (scope: Scope) => DurableContext,
): BatchJob<T>[] {
  if (!Array.isArray(items)) throw new Error("Map operation requires an array of items");
  if (typeof body !== "function") throw new Error("Map operation requires a function to process items");
  return items.map((item, index) => ({
    name: nameOf?.(item, index),
    defaultName: `map-item-${index}`,
    run: async (child) => body(contextOf(child), item, index, items),
  }));
}

/** @throws Error as the SDK does, for arguments of another type */
export function jobsOfBranches<T>(
  branches: readonly Branch<T, DurableLogger>[],
  contextOf: (scope: Scope) => DurableContext,
): BatchJob<T>[] {
  if (!Array.isArray(branches)) throw new Error("Parallel operation requires an array of branch functions");
  return branches.map((branch: Branch<T, DurableLogger>, index) => {
    const { name, func } = typeof branch === "function" ? { func: branch } : (branch ?? {});
    if (typeof func !== "function") {
      throw new Error("All branches must be functions or NamedParallelBranch objects");
    }
    return {
      name,
      defaultName: `parallel-branch-${index}`,
      run: async (child) => func(contextOf(child)),
    };
  });
}
