/** The handler of the package's README. */
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";

export const handler = withDurableExecution(async (event: { item: string }, context: DurableContext) => {
  const price = await context.step("price", async () => 7);
  await context.wait("cool down", { seconds: 1 });
  return context.step("receipt", async () => `${event.item}: ${price}`);
});
