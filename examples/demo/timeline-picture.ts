import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { crashable, exploreCrashes, renderTimelineSvg } from "@durable-counter/testing";

/** Draws the timeline of a crash after which an order is paid twice, as SVG. It is the same each time. */
export async function renderTimelinePicture(): Promise<string> {
  let payments = 0;
  const bank = crashable({ pay: async () => `payment ${++payments}` }, "bank");
  let hasFailed = false;

  const order = async (event: { items: string[] }, context: DurableContext) => {
    await context.map("pack", event.items, async (each, item) => each.step(item, async () => "packed"));
    await context.step("label", async () => printOnce(), {
      retryStrategy: () => ({ shouldRetry: true, delay: { minutes: 5 } }),
    });
    await context.step("pay", () => bank.pay());
    await context.wait("cool down", { days: 30 });
    return context.step("ship", async () => "shipped");
  };
  const printOnce = () => {
    if (hasFailed) return "printed";
    hasFailed = true;
    throw new Error("no paper");
  };

  const { failures } = await exploreCrashes(withDurableExecution(order), {
    payload: { items: ["book", "lamp"] },
    beforeEach: () => {
      payments = 0;
      hasFailed = false;
    },
    check: () => {
      if (payments !== 1) throw new Error(`paid ${payments} times`);
    },
    onProgress: () => undefined,
  });
  const [failure] = failures;
  if (failure === undefined) throw new Error("The exploration has found no failure to draw.");
  return renderTimelineSvg(failure);
}
