import type { DurableContext, DurableLogger, MapFunc } from "@aws/durable-execution-sdk-js";
import type { BatchJob } from "./batch.ts";
import type { Scope } from "./scope.ts";

/** A branch of a parallel; the SDK does not export its type. */
export type Branch<T, TLogger extends DurableLogger> =
  BranchBody<T, TLogger> | { readonly name?: string; readonly func: BranchBody<T, TLogger> };

type BranchBody<T, TLogger extends DurableLogger> = (context: DurableContext<TLogger>) => Promise<T>;

/** @throws Error as the SDK does, where the handler passed anything else */
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

/** @throws Error as the SDK does, where the handler passed anything else */
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
