import { readFileSync } from "node:fs";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { createLikes, SHARDS, type LikeEvent } from "./likes.ts";

const explanation = readFileSync(new URL("likes.md", import.meta.url), "utf8");
const shown = /```json\n([^`]*)```/u.exec(explanation)?.[1] ?? "";
const event = JSON.parse(shown) as LikeEvent; // the document says so

async function setUp() {
  const db = createSimulatedDynamoDB({ latencyMs: { min: 1, max: 20 } });
  const client = db.client({ maxAttempts: 3 });
  await ensureCounterTable(client, "counters");
  const written = new Set<string>();
  client.middlewareStack.add((next) => async (args) => {
    const { Key } = args.input as { readonly Key?: Readonly<Record<string, { readonly S?: string }>> };
    if ("UpdateExpression" in args.input) written.add(Key?.["sk"]?.S ?? "");
    return next(args);
  });
  const store = createDynamoDBCounterStore({
    client,
    tableName: "counters",
    shards: SHARDS,
    now: () => db.clock.now(),
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  return { ...db, ...createLikes(store), written };
}

describe("likes", () => {
  test("of many users at once are all counted, over all shards", async () => {
    const { press, count, written } = await setUp();
    await Promise.all(Array.from({ length: 100 }, (_, n) => press({ ...event, userId: `user-${n}` })));
    expect(await count(event.postId)).toBe(100);
    expect(written.size).toBeGreaterThanOrEqual(SHARDS);
  });

  test("count once per press, though a reply is lost and the request is sent again", async () => {
    const { press, count, network } = await setUp();
    await press(event);
    network.injectNext("reset-after", "UpdateItem");
    const again = { ...event, requestId: "press-2", action: "unlike" } as const;
    await press(again);
    await press(again);
    await press({ ...event, requestId: "press-3" });
    expect(await count(event.postId)).toBe(1);
  });
});
