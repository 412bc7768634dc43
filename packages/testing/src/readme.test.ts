import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import {
  crashable,
  estimateCost,
  exploreCrashes,
  FakeContext,
  returning,
  simulate,
} from "@durable-counter/testing";
import { expect, test } from "vitest";
import { checkout } from "./checkout.fixture.ts";

test("a unit test with FakeContext", async () => {
  const context = new FakeContext();
  expect(await checkout({ amount: 5 }, context)).toBe("shipped for 10");
  expect(context.operations).toMatchObject([
    { name: "price", status: "SUCCEEDED", result: 10 },
    { name: "cool down", status: "SUCCEEDED" },
    { name: "ship", status: "SUCCEEDED" },
  ]);
});

test("the same handler on the real SDK", async () => {
  const simulation = await simulate(withDurableExecution(checkout), {
    payload: { amount: 5 },
    replay: "always",
  });
  expect(simulation).toMatchObject({ status: "SUCCEEDED", result: "shipped for 10" });
});

test("what an execution of the handler costs", async () => {
  const simulation = await simulate(withDurableExecution(checkout), { payload: { amount: 5 } });
  const { dollars, chargedOperations } = estimateCost(simulation);
  expect(chargedOperations).toBe(4); // the start, two steps and a wait
  expect(dollars * 1e6).toBeLessThan(33); // a million executions
});

test("the same handler, crashed at every point", async () => {
  let balance = 0;
  const bank = crashable({ pay: async (amount: number) => void (balance += amount) }, "bank");
  const handler = withDurableExecution(async (event: { amount: number }, context) => {
    await context.step("pay", () => bank.pay(event.amount));
  });
  const { failures } = await exploreCrashes(handler, {
    payload: { amount: 5 },
    beforeEach: () => (balance = 0),
    check: () => expect(balance).toBe(5),
  });
  expect(failures[0]?.message).toBe(
    `
The process died after bank.pay ran, before its reply arrived:
  - The check failed: expected 10 to be 5 // Object.is equality
What happened:
      1 as invocation 1 began
      2 before the call of bank.pay
 ✗    3 after bank.pay ran, before its reply arrived
      4 as invocation 2 began
      5 before the call of bank.pay
      6 after bank.pay ran, before its reply arrived
      7 before START and SUCCEED of step "pay" was stored
      8 after START and SUCCEED of step "pay" was stored, before the reply arrived
      9 as invocation 2 ended, before its reply arrived
Just this again: await exploreCrashes(handler, { ...options, crashes: [3] })`.trimStart(),
  );
});

test("a function that waits for an answer and invokes another one", async () => {
  const mails = new Map<string, string>();
  const sendMail = crashable(
    async (key: string, text: string) => void mails.set(key, text), // the same key again replaces the mail
    "sendMail",
  );
  const handler = withDurableExecution(async ({ order }: { order: string }, context) => {
    const answer = await context.waitForCallback("approval", (id) => sendMail(`ask ${order}`, id));
    const { number } = await context.invoke<object, { number: number }>("bill", "invoices", { order });
    await context.step("tell", () => sendMail(`tell ${order}`, `${answer}, invoice ${number}`));
  });
  const { failures } = await exploreCrashes(handler, {
    payload: { order: "A-1" },
    callbacks: { approval: () => "granted" },
    functions: { invoices: returning({ number: 7 }) },
    beforeEach: () => mails.clear(),
    check: () => {
      expect(mails.size).toBe(2);
      expect(mails.get("tell A-1")).toBe("granted, invoice 7");
    },
  });
  expect(failures.map(({ message }) => message)).toEqual([]);
});
