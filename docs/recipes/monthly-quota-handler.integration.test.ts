/** The test that the recipe shows: of the handler itself, at the time of day. */
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
const { handler } = await import("./monthly-quota.ts");

test("a document counts once, however often its event comes", async () => {
  const plan = { pagesPerMonth: 1_000, billingDay: 31 };
  const event = { documentId: "doc-81", sentAt: Date.now(), customer: "acme", pages: 12, plan };
  const first = await handler(event);
  expect(first).toMatchObject({ accepted: true, remaining: 988 });
  expect(await handler(event)).toEqual(first);
  const long = { ...event, documentId: "doc-82", pages: 989 };
  expect(await handler(long)).toMatchObject({ accepted: false, remaining: 988 });
});
