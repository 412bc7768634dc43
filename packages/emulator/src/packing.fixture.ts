/** The handler of the package's README whose process there is time to kill. */
import { setTimeout } from "node:timers/promises";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";

interface Order {
  readonly item: string;
  readonly packingSeconds: number;
}

export const handler = withDurableExecution(
  async ({ item, packingSeconds }: Order, context: DurableContext) => {
    const price = await context.step("price", async () => 7);
    await context.step("pack", () => setTimeout(packingSeconds * 1_000));
    return `${item}: ${price}`;
  },
);
