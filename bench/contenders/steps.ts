import type { DurableContext } from "@aws/durable-execution-sdk-js";

/** The body of a durable function with `count` sequential steps that only compute. */
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
