import type { DurableContext } from "@aws/durable-execution-sdk-js";

/** The logic of a durable function of so many steps, one after the other, whose bodies wait for nothing. */
export function steps(count: number) {
  return async (_event: unknown, context: DurableContext): Promise<number> => {
    let total = 0;
    for (let index = 1; index <= count; index++) {
      const before = total;
      total = await context.step(`step ${index}`, async () => before + index);
    }
    return total;
  };
}
