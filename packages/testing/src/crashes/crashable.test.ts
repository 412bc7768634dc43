import { expect, test } from "vitest";
import { crashable, runInProcess } from "./crashable.ts";
import { SimulatedProcess } from "./simulated-process.ts";

test.each(["resolves", "rejects"] as const)(
  "a process that died during a call gets no answer and passes no point, though the call %s",
  async (ending) => {
    const passed: string[] = [];
    const process = new SimulatedProcess({ arn: "arn" }, ({ at }) => {
      passed.push(at);
      return false;
    });
    const reply = Promise.withResolvers<string>();
    const bank = crashable({ pay: () => reply.promise }, "bank");
    const heard: string[] = [];
    const hear = (what: string) => () => heard.push(what);
    void runInProcess(process, () => bank.pay()).then(hear("an answer"), hear("an error"));
    process.die();
    if (ending === "resolves") reply.resolve("paid");
    else reply.reject(new Error("refused"));
    await reply.promise.catch(() => undefined);
    await new Promise(setImmediate);
    expect({ heard, passed }).toEqual({ heard: [], passed: ["call"] });
  },
);

test("a process that has died calls nothing", async () => {
  const process = new SimulatedProcess({ arn: "arn" }, () => false);
  let calls = 0;
  const bank = crashable({ pay: async () => void calls++ }, "bank");
  process.die();
  const call = runInProcess(process, () => bank.pay());
  await Promise.race([call, new Promise(setImmediate)]);
  expect(calls).toBe(0);
});
