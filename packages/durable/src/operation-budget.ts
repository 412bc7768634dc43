import type { DurableContext } from "@aws/durable-execution-sdk-js";

/** Durable operations that one execution may have: a quota of AWS Lambda that cannot be raised. */
export const MAX_OPERATIONS = 3_000;

/** The durable operations of an execution, over all its contexts. */
export interface OperationBudget {
  /** Takes one for a counter; false where the execution is known to have none left. */
  readonly take: () => boolean;
  /** How many were taken for counters. */
  readonly taken: () => number;
}

const budgets = new WeakMap<object, OperationBudget>();

/**
 * The budget that all contexts of an invocation share. It begins anew with each invocation, which replays what the
 * ones before did.
 *
 * What counters take is counted exactly. Of everything else it knows what the SDK tells: steps, waits, callbacks and
 * invokes that were called in this invocation, and contexts. The SDK does not know what happened in contexts that
 * closed in earlier invocations. So it is a lower bound: who is refused had 3,000.
 */
export function budgetOf(context: DurableContext): OperationBudget {
  const sdk = sdkOf(context);
  const invocation = sdk.invocation ?? context.lambdaContext ?? context.executionContext;
  let budget = budgets.get(invocation);
  if (budget === undefined) budgets.set(invocation, (budget = createBudget(sdk)));
  return budget;
}

function createBudget({ calls, operations }: Sdk): OperationBudget {
  let taken = 0;
  let contexts = 0;
  let countContextsAt = 0;

  const used = () => {
    const bodies = Math.max(taken, calls?.size ?? 0);
    if (bodies >= countContextsAt) {
      contexts = countContexts(operations);
      // Counting looks at every operation. Until half of what is left is used, as many new contexts still fit.
      countContextsAt = bodies + Math.max(1, Math.floor((MAX_OPERATIONS - bodies - contexts) / 2));
    }
    return bodies + contexts;
  };

  return {
    take: () => {
      if (used() >= MAX_OPERATIONS) return false;
      taken++;
      return true;
    },
    taken: () => taken,
  };
}

function countContexts(operations: Sdk["operations"]): number {
  let contexts = 0;
  for (const id in operations) if (operations[id]?.Type === "CONTEXT") contexts++;
  return contexts;
}

/** What the SDK knows of an execution. */
interface Sdk {
  /** One object per invocation. */
  readonly invocation: object | undefined;
  /** Steps, waits, callbacks and invokes called in this invocation, each once. */
  readonly calls: { readonly size: number } | undefined;
  /** Every operation that was checkpointed, but for those within contexts that closed in earlier invocations. */
  readonly operations: Readonly<Record<string, { readonly Type?: string } | undefined>> | undefined;
}

/**
 * The SDK keeps it in private fields. Where they are gone, as in fakes, only what counters take is known: an error that
 * comes too late, from the service, and never one that is wrong. The number of positions, which the SDK has as
 * well, would not do: a virtual context, as `map` makes with flat nesting, takes a position and is no operation.
 */
function sdkOf(context: object): Sdk {
  const invocation = objectAt(context, "checkpoint");
  const calls = objectAt(invocation, "operations");
  const operations = objectAt(objectAt(context, "_executionContext"), "_stepData");
  return {
    invocation,
    calls: calls instanceof Map ? calls : undefined,
    // Whatever an object holds, what has no type "CONTEXT" counts for nothing.
    operations: operations as Sdk["operations"],
  };
}

function objectAt(owner: object | undefined, key: string): object | undefined {
  const value: unknown = owner === undefined ? undefined : Reflect.get(owner, key);
  return typeof value === "object" && value !== null ? value : undefined;
}
