import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";

/** The equivalent of 01 without this package. */
export const handler = withDurableExecution(async (event: { amounts: number[] }, context: DurableContext) => {
  let value = 0;
  for (const [position, amount] of event.amounts.entries()) {
    const before = value;
    value = await context.step(`add ${position}`, async () => before + amount);
  }
  return { value };
});
