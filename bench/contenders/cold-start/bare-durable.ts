import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";

/** What one writes without us in the place of 01. */
export const handler = withDurableExecution(async (event: { amounts: number[] }, context: DurableContext) => {
  let value = 0;
  for (const [place, amount] of event.amounts.entries()) {
    const before = value;
    value = await context.step(`add ${place}`, async () => before + amount);
  }
  return { value };
});
