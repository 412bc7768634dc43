import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import type { BatchResult, Command } from "@durable-counter/core";
import {
  crashable,
  exploreCrashes,
  MemoryCounterStore,
  type ExploreCrashesOptions,
} from "@durable-counter/testing";
import { withApply } from "./with-apply.fixture.ts";

/** The counter of all events here. */
const counterId = "cart-7";

/** An event for that counter. */
export const eventOf = (commands: readonly Command[], idempotencyKey?: string) => ({
  counterId,
  commands,
  ...(idempotencyKey !== undefined && { idempotencyKey }),
});

/** A store that can be emptied, and at whose calls the process can crash. */
export function crashableStore() {
  let store = new MemoryCounterStore();
  return {
    store: crashable(
      withApply(undefined, () => store),
      "store",
    ),
    empty: () => {
      store = new MemoryCounterStore();
    },
    value: () => store.get(counterId),
  };
}

/** The failures of an exploration; none, if the handler is right. */
export async function failuresOf(
  handler: DurableLambdaHandler,
  options: ExploreCrashesOptions<BatchResult>,
): Promise<readonly string[]> {
  const { failures, unreached } = await exploreCrashes(handler, options);
  return [...failures.map(({ message }) => message), ...(unreached > 0 ? [`${unreached} unreached`] : [])];
}
