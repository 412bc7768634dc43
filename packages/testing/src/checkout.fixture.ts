import type { DurableContext } from "@aws/durable-execution-sdk-js";

export const checkout = async (event: { amount: number }, context: DurableContext) => {
  const total = await context.step("price", async () => event.amount * 2);
  await context.wait("cool down", { days: 30 });
  return context.step("ship", async () => `shipped for ${total}`);
};
