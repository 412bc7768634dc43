import { expect, test } from "vitest";
import { describePoint } from "./crash-point.ts";
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

test("a function is a dependency too, and has its members", async () => {
  const passed: string[] = [];
  const process = new SimulatedProcess({ arn: "arn" }, (point) => {
    passed.push(describePoint(point));
    return false;
  });
  const send = async (to: string) => `sent to ${to}`;
  const sendMail = Object.assign(send, {
    limit: 3,
    flush: async () => "flushed",
  });
  const named = crashable(sendMail);
  expect(await named("you")).toBe("sent to you");
  expect(passed).toEqual([]);
  await runInProcess(process, async () => {
    expect([await named("you"), await named.flush(), named.limit]).toEqual(["sent to you", "flushed", 3]);
  });
  expect(passed).toEqual([
    "before the call of send",
    "after send ran, before its reply arrived",
    "before the call of send.flush",
    "after send.flush ran, before its reply arrived",
  ]);
});

test.each([undefined, null, "mail"])("refuses %j, which cannot be called", (nothing) => {
  expect(() => crashable(nothing as never)).toThrow("wrap an object with methods, or a function");
});
