import type { DurableContext } from "@aws/durable-execution-sdk-js";

/**
 * Where a context stands in its execution: `""` for the root, `"2-1"` for the first child of the second operation.
 * Stable under replay, unlike the order in which branches come alive, and different for every context, unlike
 * anything else that could be asked: without it, two branches of a `map` would share their keys, and one of their
 * increments would be taken for a retry of the other's.
 *
 * The SDK keeps it in a private field. Where that is gone there is no safe answer, so there is none.
 */
export function positionOf(context: DurableContext): string {
  const position = toldPosition(context);
  if (position === undefined) {
    throw new TypeError(
      "This context does not tell its position, so exactly-once keys cannot be derived. Use a version of @aws/durable-execution-sdk-js within the peer range of @durable-counter/durable.",
    );
  }
  return position;
}

/** {@link positionOf} for those who only tell it on; undefined where it is not known. */
export function toldPosition(context: DurableContext): string | undefined {
  if (!("_stepPrefix" in context)) return undefined;
  return typeof context._stepPrefix === "string" ? context._stepPrefix : "";
}
