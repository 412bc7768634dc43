import { describe, expect, test } from "vitest";
import { invocation, withIssuedAt } from "./invocation.ts";

const outputs = {
  DurableCounters: { StatelessOnTableArn: "arn:stateless:live", DurableOnTableArn: "arn:durable:live" },
};
const given = (handler: string, event: string) =>
  invocation({ handler, event, eventFile: "/events/order.json", answerFile: "answer.json", outputs });

describe("the arguments of the AWS CLI", () => {
  test("send the file unchanged to the alias, and wait for the whole execution", () => {
    expect(given("02", "{}")).toEqual(
      "lambda invoke --function-name arn:stateless:live --payload fileb:///events/order.json --cli-read-timeout 900 answer.json".split(
        " ",
      ),
    );
  });

  test("name a durable execution by the idempotency key, so that it runs once", () => {
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
  ])("leave the name to Lambda without an idempotency key that can be a name: %s", (event) => {
    expect(given("03", event).join(" ")).not.toContain("--durable-execution-name");
  });
});

describe("an invocation is refused", () => {
  test.each(["", "0", "00", "three"])('of the handler "%s"', (handler) => {
    expect(() => given(handler, "{}")).toThrow(
      `"${handler}" does not begin the name of exactly one handler; they are 01-durable-counter.ts, 02-`,
    );
  });

  test("of a handler that is not deployed", () => {
    expect(() => given("01", "{}")).toThrow(
      "01-durable-counter.ts is not deployed yet; run pnpm run deploy.",
    );
  });

  test("with an event that is not JSON", () => {
    expect(() => given("03", "{")).toThrow("/events/order.json is not JSON: ");
  });
});

describe("the event that is sent", () => {
  const event = '{"idempotencyKey":"order-4711","commands":[]}';

  test("says when it was first sent, also when it is sent again", () => {
    const first = withIssuedAt(event, {}, 1_000);
    expect(JSON.parse(first.event)).toEqual({ ...JSON.parse(event), issuedAt: 1_000 });
    expect(withIssuedAt(event, first.firstSent, 9_000)).toEqual(first);
    const other = '{"idempotencyKey":"order-4712"}';
    expect(withIssuedAt(other, first.firstSent, 9_000).firstSent).toEqual({
      "order-4711": 1_000,
      "order-4712": 9_000,
    });
  });

  test.each(["null", "{}", '{"idempotencyKey":"order-4711","issuedAt":5}'])(
    "stays as it is without a key, or with a time: %s",
    (unchanged) => {
      expect(withIssuedAt(unchanged, {}, 1_000)).toEqual({ event: unchanged, firstSent: {} });
    },
  );
});
