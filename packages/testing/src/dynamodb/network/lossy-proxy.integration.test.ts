import { CreateTableCommand, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { localClient } from "../local-client.ts";
import { startLossyProxy, type LossyProxy } from "./lossy-proxy.ts";
import { startDynamoDB, type RunningDynamoDB } from "../start-dynamodb.ts";

let db: RunningDynamoDB;

beforeAll(async () => {
  db = await startDynamoDB({ engine: "dynalite" });
  await db.client.send(
    new CreateTableCommand({
      TableName: "counters",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    }),
  );
});
afterAll(() => db.stop());

describe("a plain ADD through the lossy proxy", () => {
  let proxy: LossyProxy;
  let client: RunningDynamoDB["client"];
  let id = 0;

  beforeEach(async () => {
    id += 1;
    proxy = await startLossyProxy(db.endpoint);
    client = localClient(proxy.endpoint);
    return async () => {
      client.destroy();
      await proxy.stop();
    };
  });

  const key = () => ({ TableName: "counters", Key: { id: { S: `counter-${id}` } } });
  const add = async () => {
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        ...key(),
        UpdateExpression: "ADD #value :one",
        ExpressionAttributeNames: { "#value": "value" },
        ExpressionAttributeValues: { ":one": { N: "1" } },
        ReturnValues: "UPDATED_NEW",
      }),
    );
    return Attributes?.["value"]?.N;
  };
  const read = async () => {
    const { Item } = await client.send(new GetItemCommand({ ...key(), ConsistentRead: true }));
    return Item?.["value"]?.N;
  };

  test("counts once when nothing is lost", async () => {
    expect(await add()).toBe("1");
    expect(await read()).toBe("1");
    expect(proxy.requests).toEqual({ UpdateItem: 1, GetItem: 1 });
  });

  test("counts twice when its reply is lost, since the SDK sends it again", async () => {
    proxy.loseReply();
    expect(await add()).toBe("2");
    expect(await read()).toBe("2");
    expect(proxy.requests).toEqual({ UpdateItem: 2, GetItem: 1 });
  });

  test("counts once when its request is lost", async () => {
    proxy.loseRequest();
    expect(await add()).toBe("1");
    expect(await read()).toBe("1");
    expect(proxy.requests).toEqual({ UpdateItem: 2, GetItem: 1 });
  });

  test("counts once more for every reply that is lost", async () => {
    proxy.loseReply("UpdateItem");
    proxy.loseReply("UpdateItem");
    expect(await add()).toBe("3");
    expect(await add()).toBe("4");
    expect(proxy.requests).toEqual({ UpdateItem: 4 });
  });

  test("loses only the operation that was named", async () => {
    proxy.loseReply("UpdateItem");
    expect(await read()).toBeUndefined();
    expect(proxy.requests).toEqual({ GetItem: 1 });
    expect(await add()).toBe("2");
    expect(await add()).toBe("3");
    expect(proxy.requests).toEqual({ GetItem: 1, UpdateItem: 3 });
  });

  test("fails when more is lost than the SDK tries, and may have counted", async () => {
    const attempts = await client.config.maxAttempts();
    for (let attempt = 1; attempt <= attempts; attempt++) proxy.loseReply();
    await expect(add()).rejects.toMatchObject({ $metadata: { attempts } });
    expect(await read()).toBe(String(attempts));
    expect(proxy.requests).toEqual({ UpdateItem: attempts, GetItem: 1 });
  });

  test("passes the engine's refusals on as they are", async () => {
    const refused = client.send(new GetItemCommand({ ...key(), TableName: "missing" }));
    await expect(refused).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("refuses to lose an operation that cannot be", () => {
    expect(() => proxy.loseReply("updateItem")).toThrow(
      new TypeError('operation is "updateItem"; pass its name as DynamoDB writes it, such as "UpdateItem".'),
    );
  });

  test("hangs up where no engine answers", async () => {
    const gone = await startDynamoDB({ engine: "dynalite" });
    await gone.stop();
    await using lost = await startLossyProxy(gone.endpoint);
    await expect(fetch(lost.endpoint, { method: "POST", body: "{}" })).rejects.toThrow("fetch failed");
    expect(lost.requests).toEqual({ unknown: 1 });
    await lost.stop();
  });
});
