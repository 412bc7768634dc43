import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { handler as operate, type BareEvent } from "./bare-dynamodb.ts";

/** The equivalent of 03 without these packages. */
export const handler = withDurableExecution(async (events: BareEvent[], context: DurableContext) => {
  const results: unknown[] = [];
  for (const [position, event] of events.entries()) {
    results.push(await context.step(`${position}/${event.type}`, () => operate(event)));
  }
  return results;
});
