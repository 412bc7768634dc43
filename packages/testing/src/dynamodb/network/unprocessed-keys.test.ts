import { BatchGetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { createSimulatedDynamoDB } from "../simulated/simulated-dynamodb.ts";
import { createCounterTable } from "./adding.fixture.ts";

const ids = Array.from({ length: 20 }, (_, n) => String(n));

test("a throttled batch reads some of its keys, and names the others with the options of the request", async () => {
  const db = createSimulatedDynamoDB({ seed: 2, faults: { throttle: 1 }, operations: ["BatchGetItem"] });
  const client = db.client({ maxAttempts: 1 });
  await createCounterTable(client);
  for (const id of ids)
    await client.send(new PutItemCommand({ TableName: "counters", Item: { id: { S: id } } }));

  const sizes = new Set<number>();
  for (let n = 0; n < 20; n++) {
    const command = new BatchGetItemCommand({
      RequestItems: {
        counters: {
          Keys: ids.map((id) => ({ id: { S: id } })),
          ConsistentRead: true,
          ProjectionExpression: "#id",
          ExpressionAttributeNames: { "#id": "id" },
        },
      },
    });
    const answer = await client.send(command).catch((error: Error) => error);
    if (answer instanceof Error) {
      expect(answer.name).toBe("ProvisionedThroughputExceededException"); // less than one key was left to be read
      continue;
    }
    const { Responses, UnprocessedKeys } = answer;
    const { Keys = [], ...options } = UnprocessedKeys?.["counters"] ?? {};
    const read = Responses?.["counters"] ?? [];
    expect([...read, ...Keys].map(({ id }) => String(id?.S)).toSorted()).toEqual(ids.toSorted());
    expect(options).toEqual({
      ConsistentRead: true,
      ProjectionExpression: "#id",
      ExpressionAttributeNames: { "#id": "id" },
    });
    sizes.add(read.length);
  }
  expect(sizes.size).toBeGreaterThan(5);
});

test("a throttled batch for which there is no capacity at all is refused", async () => {
  const db = createSimulatedDynamoDB({ seed: 1 });
  const client = db.client({ maxAttempts: 1 });
  await createCounterTable(client);
  const RequestItems = { counters: { Keys: [{ id: { S: "a" } }] } };
  db.network.injectNext("throttle", "BatchGetItem");
  await expect(client.send(new BatchGetItemCommand({ RequestItems }))).rejects.toMatchObject({
    name: "ProvisionedThroughputExceededException",
  });
});
