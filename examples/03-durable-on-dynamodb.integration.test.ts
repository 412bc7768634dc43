import { decrement, get, increment } from "@durable-counter/core";
import { simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { useEnvironment } from "./environment.fixture.ts";

const at = useEnvironment();
const commands = [increment(5), decrement(2), get()];
let executions = 0;

/** One execution; each has a name of its own, as in production. */
const execute = async (payload: object, options: { replay?: "always" } = {}) =>
  simulate((await import("./03-durable-on-dynamodb.ts")).handler, {
    payload: { counterId: "cart-7", ...payload },
    executionName: `execution-${++executions}`,
    ...options,
  });

describe("03: durable steps on DynamoDB", () => {
  test("count across executions", async () => {
    await execute({ commands });
    expect(await execute({ commands })).toMatchObject({ status: "SUCCEEDED", result: { value: 6 } });
  });

  test("count once when the process dies after every checkpoint", async () => {
    const { result, invocations } = await execute({ commands }, { replay: "always" });
    expect(result).toMatchObject({ value: 3 });
    expect(invocations).toBe(4);
  });

  test("count once when replies are lost until the AWS SDK gives up and the step itself is retried", async () => {
    for (let n = 0; n < 6; n++) at.environment.network.loseReply("UpdateItem");
    const { result, operations } = await execute({ commands });
    expect(result).toMatchObject({ value: 3 });
    expect(operations[0]?.attempts).toBeGreaterThan(1);
  });

  test("refuse an event whose key the store has forgotten, as when it is redriven", async () => {
    const issuedAt = Date.now() - 7_200_000;
    const { status, error } = await execute({ commands, idempotencyKey: "redriven", issuedAt });
    expect(status).toBe("FAILED");
    expect(error?.message).toContain("[idempotency-key-expired]");
  });

  test("count once when an event is delivered twice, in two executions", async () => {
    await execute({ commands, idempotencyKey: "order-1" });
    await execute({ commands, idempotencyKey: "order-1" });
    expect(await execute({ commands: [get()] })).toMatchObject({ result: { value: 3 } });
  });
});
