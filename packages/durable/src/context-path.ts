import type { DurableContext } from "@aws/durable-execution-sdk-js";

/**
 * The position of a context in its execution: `""` for the root, `"2-1"` for the first child of the second operation. It is the
 * same on every replay and different for every context. No public API has it, and the order in which branches start is not
 * stable. Without it, two branches of a `map` would share their idempotency keys.
 *
 * The SDK keeps it in a private field, the only one that this package reads.
 *
 * @returns undefined where the SDK does not have the field
 */
export function contextPath(context: DurableContext): string | undefined {
  if (!("_stepPrefix" in context)) return undefined;
  return typeof context._stepPrefix === "string" ? context._stepPrefix : "";
}
