import { afterAll, expect, test, vi } from "vitest";
import { ensureCounterTable } from "@durable-counter/dynamodb";
import { startDynamoDB } from "@durable-counter/testing/dynamodb";

const db = await startDynamoDB({ engine: "dynalite" });
vi.stubEnv("TABLE_NAME", "counters");
vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", db.endpoint);
vi.stubEnv("AWS_REGION", "local");
vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
await ensureCounterTable(db.client, "counters");
const { handler } = await import("./quota.ts");

afterAll(() => db.stop());

test("a request of a customer counts once, however often it is sent", async () => {
  const request = { customerId: "c-1", requestId: "r-1" };
  expect(await handler(request)).toEqual({ isAllowed: true, remaining: 999 });
  expect(await handler(request)).toEqual({ isAllowed: true, remaining: 999 });
  expect(await handler({ ...request, requestId: "r-2" })).toEqual({ isAllowed: true, remaining: 998 });
});
