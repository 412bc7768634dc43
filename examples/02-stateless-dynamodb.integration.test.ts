import { decrement, get, increment, isCounterError } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { useEnvironment } from "./environment.fixture.ts";

const at = useEnvironment();
const event = { counterId: "cart-7", commands: [increment(5), decrement(2)] };
const handle = async (input: unknown) => (await import("./02-stateless-dynamodb.ts")).handler(input);

describe("02: a stateless Lambda on DynamoDB", () => {
  test("counts across invocations, one request each", async () => {
    const before = at.environment.network.requests["UpdateItem"] ?? 0;
    expect([(await handle(event)).value, (await handle(event)).value]).toEqual([3, 6]);
    expect(at.environment.network.requests["UpdateItem"]).toBe(before + 2);
  });

  test("answers an event that is sent again with the first results", async () => {
    const sent = { ...event, idempotencyKey: "order-1" };
    const first = await handle(sent);
    expect(await handle(sent)).toEqual(first);
    expect((await handle({ counterId: "cart-7", commands: [get()] })).value).toBe(3);
  });

  test("counts an event of a queue once when it is redriven in time, and refuses it when its key is forgotten", async () => {
    const sentAt = (ms: number) => ({ ...event, idempotencyKey: "order-1", issuedAt: String(ms) }); // text, as in SQS
    const now = Date.now();
    expect([(await handle(sentAt(now))).value, (await handle(sentAt(now))).value]).toEqual([3, 3]);

    const hours = 3_600_000;
    const redriven = handle({ ...sentAt(now - 2 * hours), idempotencyKey: "order-2" });
    const error: unknown = await redriven.catch((thrown: unknown) => thrown);
    expect(isCounterError(error, "idempotency-key-expired")).toBe(true);
    expect((await handle({ counterId: "cart-7", commands: [get()] })).value).toBe(3);
  });

  test("counts once when a reply is lost", async () => {
    at.environment.network.loseReply("UpdateItem");
    expect(await handle(event)).toEqual({
      value: 3,
      results: [
        { type: "increment", before: 0, after: 5 },
        { type: "decrement", before: 5, after: 3 },
      ],
    });
  });

  test("refuses a batch that falls below 0, as a whole", async () => {
    const sent = handle({ counterId: "cart-7", commands: [increment(5), decrement(6)] });
    const error: unknown = await sent.catch((thrown: unknown) => thrown);
    expect(isCounterError(error, "limit-exceeded")).toBe(true);
    expect((await handle({ counterId: "cart-7", commands: [get()] })).value).toBe(0);
  });
});
