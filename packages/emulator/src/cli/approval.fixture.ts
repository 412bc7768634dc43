/** A handler for the tests of the terminal: many steps, and a callback if the event asks for it. */
import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";

const trace = process.env["TRACE_FILE"];

interface Approval {
  readonly steps?: number;
  readonly asks?: boolean;
}

export const handler = withDurableExecution(
  async ({ steps = 1, asks }: Approval, context: DurableContext) => {
    let sum = 0;
    for (let n = 1; n <= steps; n += 1) {
      const before = sum;
      sum = await context.step(`add ${n}`, async () => {
        await setTimeout(5);
        if (trace !== undefined) appendFileSync(trace, `${process.pid}\n`);
        return before + n;
      });
    }
    if (asks !== true) return { sum };
    const [answer] = await context.createCallback("approval");
    return { sum, answer: await answer };
  },
);
