import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { Counter } from "@durable-counter/core";

/**
 * A test of the linter's configuration: every operation below is unawaited, which is an error, and a directive that suppresses
 * no error is an error, too. If a rule or a type of the SDK changes so that unawaited operations pass, `pnpm check:lint` fails.
 */
export async function unawaited(context: DurableContext, counter: Counter): Promise<void> {
  // oxlint-disable-next-line typescript/no-floating-promises
  context.step("charge", async () => 1);
  // oxlint-disable-next-line typescript/no-floating-promises
  void context.wait({ seconds: 1 });
  // oxlint-disable-next-line typescript/no-floating-promises
  context.runInChildContext("child", async (child) => child.step("pay", async () => 1));
  // oxlint-disable-next-line typescript/no-floating-promises
  counter.increment();
  // oxlint-disable-next-line typescript/no-misused-promises
  [1, 2].forEach(async (amount) => counter.increment(amount));
  await context.step("last", async () => 1);
}
