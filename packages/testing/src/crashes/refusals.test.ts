import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { exploreCrashes } from "./explore-crashes.ts";

const large = "x".repeat(262_145);

test.each<[string, (context: DurableContext) => PromiseLike<unknown>, RegExp]>([
  ["a step", (context) => context.step("large", async () => large), /step "large".* 262144 bytes/],
  [
    "a wait",
    (context) => context.wait("long", { days: 400 }),
    /wait "long".* less than or equal to 31622400/,
  ],
  [
    "a callback",
    (context) => context.createCallback("late", { timeout: { days: 400 } }),
    /callback "late".* less than or equal to 31622400/,
  ],
  ["a name", (context) => context.step("n".repeat(257), async () => 1), /less than or equal to 256/],
  [
    "an invoke",
    (context) => context.invoke("ship", "shipping", "x".repeat(2 ** 20)),
    /invoke "ship".* 1048576 bytes/,
  ],
])(
  "reports a checkpoint of %s that the service refuses, though the code catches it",
  async (_, call, what) => {
    const handler = withDurableExecution(async (_event: unknown, context: DurableContext) => {
      try {
        await call(context);
      } catch {
        // swallowed
      }
      return "done";
    });
    const { failures } = await exploreCrashes(handler, { functions: { shipping: async () => "shipped" } });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.problems.join("\n")).toMatch(what);
  },
);
