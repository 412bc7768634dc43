import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { FakeContext } from "./fake-context/fake-context.ts";
import { failing, returning } from "./mocked-functions.ts";
import { simulate } from "./simulator/simulate.ts";

const logic = async (_event: unknown, context: DurableContext) => {
  const { paid } = await context.invoke<unknown, { paid: number }>("payments", {});
  const message = async (name: string) =>
    context.invoke(name, {}).catch((error: unknown) => (error as Error).message);
  return [paid, await message("stock"), await message("mail")];
};
const functions = {
  payments: returning({ paid: 5 }),
  stock: failing("out of stock"),
  mail: failing(new RangeError("too long")),
};

test("an invoked function is replaced by a value or an error, in simulate and in FakeContext", async () => {
  const expected = [5, "out of stock", "too long"];
  expect(await simulate(withDurableExecution(logic), { functions })).toMatchObject({ result: expected });
  expect(await logic({}, new FakeContext({ functions }))).toEqual(expected);
});
