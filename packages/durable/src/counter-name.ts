import type { DurableContext } from "@aws/durable-execution-sdk-js";

const names = new WeakMap<DurableContext["executionContext"], Set<string>>();

/**
 * A name no other counter of this context has: `counter`, then `counter-2`. Operation names are the SDK's only guard
 * against code that changed between two runs, and part of every idempotency key.
 *
 * A context is known by its `executionContext`, which is its own and stays the same where a proxy stands before it.
 */
export function claimName({ executionContext }: DurableContext, wanted: string): string {
  const taken = names.get(executionContext) ?? new Set();
  names.set(executionContext, taken);
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`;
  taken.add(name);
  return name;
}
