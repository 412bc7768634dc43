import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { Counter } from "@durable-counter/core";

/**
 * Proof that the linter bites: every operation below is unawaited and so an error, and a directive that silences
 * nothing is an error too. If a rule, an option or a type of the SDK goes soft, `pnpm check:lint` fails here.
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
