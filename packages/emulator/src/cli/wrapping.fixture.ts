/** What a handler is made of, for tests that wrap it, or forget to. */
import { retryPresets, type DurableContext } from "@aws/durable-execution-sdk-js";

export { withDurableExecution } from "@aws/durable-execution-sdk-js";

export const body = async (_: unknown, context: DurableContext) =>
  context.step("one", async () => 1, { retryStrategy: retryPresets.noRetry });
