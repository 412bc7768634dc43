import { describe, expect, test } from "vitest";
import { invocation } from "./invocation.ts";

const outputs = {
  DurableCounters: { StatelessOnTableArn: "arn:stateless:live", DurableOnTableArn: "arn:durable:live" },
};
const given = (handler: string, event: string) =>
  invocation({ handler, event, eventFile: "/events/order.json", answerFile: "answer.json", outputs });

describe("an event file is sent", () => {
  test("as it is, to the alias, with time for the whole execution", () => {
    expect(given("02", "{}")).toEqual(
      "lambda invoke --function-name arn:stateless:live --payload fileb:///events/order.json --cli-read-timeout 900 answer.json".split(
        " ",
      ),
    );
  });

  test("under its idempotency key's name where the function is durable, so that it is executed once", () => {
    for (const handler of ["03", "03-durable-on-dynamodb.ts"]) {
      expect(given(handler, '{"idempotencyKey":"order-4711"}').join(" ")).toContain(
        "--durable-execution-name DurableOnTable-order-4711",
      );
    }
    expect(given("02", '{"idempotencyKey":"order-4711"}').join(" ")).not.toContain(
      "--durable-execution-name",
    );
  });

  test.each([
    "{}",
    "null",
    '{"idempotencyKey":7}',
    '{"idempotencyKey":"order 4711"}',
    `{"idempotencyKey":"${"x".repeat(50)}"}`,
  ])("under a name of Lambda's choosing where its idempotency key is none: %s", (event) => {
    expect(given("03", event).join(" ")).not.toContain("--durable-execution-name");
  });
});

describe("nothing is sent", () => {
  test.each(["", "0", "00", "three"])('to the handler "%s"', (handler) => {
    expect(() => given(handler, "{}")).toThrow(
      `"${handler}" does not begin the name of exactly one handler; they are 01-durable-counter.ts, 02-`,
    );
  });

  test("to a handler that is not deployed", () => {
    expect(() => given("01", "{}")).toThrow(
      "01-durable-counter.ts is not deployed yet; run pnpm run deploy.",
    );
  });

  test("that is no JSON", () => {
    expect(() => given("03", "{")).toThrow("/events/order.json is no JSON: ");
  });
});
