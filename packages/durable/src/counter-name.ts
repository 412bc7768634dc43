import type { DurableContext } from "@aws/durable-execution-sdk-js";

const names = new WeakMap<DurableContext, Set<string>>();

/**
 * A name no other counter of this context has: `counter`, then `counter-2`. Operation names are the SDK's only guard
 * against code that changed between two runs, and part of every token.
 */
export function claimName(context: DurableContext, wanted: string): string {
  const taken = names.get(context) ?? new Set();
  names.set(context, taken);
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`;
  taken.add(name);
  return name;
}
