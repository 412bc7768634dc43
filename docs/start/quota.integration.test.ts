import { ensureCounterTable } from "@durable-counter/dynamodb";
import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { afterAll, expect, test, vi } from "vitest";

const db = await startDynamoDB({ engine: "dynalite" });
afterAll(() => db.stop());
await ensureCounterTable(db.client, "counters");
vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", db.endpoint);
vi.stubEnv("AWS_REGION", "local");
vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
const { handler } = await import("./quota.ts");

test("a request of a customer counts once, however often it is sent", async () => {
  const request = { customerId: "c-1", requestId: "r-1" };
  expect(await handler(request)).toEqual({ isAllowed: true, remaining: 999 });
  expect(await handler(request)).toEqual({ isAllowed: true, remaining: 999 });
  expect(await handler({ ...request, requestId: "r-2" })).toEqual({ isAllowed: true, remaining: 998 });
});
