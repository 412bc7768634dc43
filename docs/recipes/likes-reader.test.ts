/** The test that the recipe shows. */
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { createLikes, SHARDS } from "./likes.ts";

test("a press of the button counts once when its reply is lost and the browser sends it again", async () => {
  const db = createSimulatedDynamoDB();
  await ensureCounterTable(db.client(), "counters");
  const store = createDynamoDBCounterStore({
    client: db.client(),
    tableName: "counters",
    shards: SHARDS,
    now: () => db.clock.now(), // virtual time: no test waits
    sleep: (ms, options) => db.clock.sleep(ms, options),
  });
  const { press, count } = createLikes(store);

  db.network.injectNext("reset-after", "UpdateItem"); // written, and the reply is lost
  const alice = { postId: "post-7", userId: "alice", action: "like", requestId: "press-1" } as const;
  await press(alice);
  await press(alice);
  await press({ ...alice, userId: "bob" });
  expect(await count("post-7")).toBe(2);
});
