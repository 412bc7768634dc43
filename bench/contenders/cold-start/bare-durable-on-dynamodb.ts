import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { handler as operate, type BareEvent } from "./bare-dynamodb.ts";

/** What one writes without us in the place of 03. */
export const handler = withDurableExecution(async (events: BareEvent[], context: DurableContext) => {
  const results: unknown[] = [];
  for (const [place, event] of events.entries()) {
    results.push(await context.step(`${place}/${event.type}`, () => operate(event)));
  }
  return results;
});
