import {
  CreateTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { execPath } from "node:process";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { findDynamoDBLocal } from "./dynamodb-local.ts";
import { startDynamoDB, type DynamoDBEngine } from "./start-dynamodb.ts";

const local = await findDynamoDBLocal();
const best: DynamoDBEngine = "missing" in local ? "dynalite" : "dynamodb-local";

afterEach(() => void vi.unstubAllEnvs());

describe("startDynamoDB", () => {
  test("starts DynamoDB Local where it can run, else dynalite, on loopback", async () => {
    await using db = await startDynamoDB();
    expect(db.engine).toBe(best);
    expect(db.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await writeAndRead(db.client)).toEqual(ITEM);
  });

  test("starts empty engines that know nothing of each other", async () => {
    await using one = await startDynamoDB({ engine: "dynalite" });
    await using other = await startDynamoDB({ engine: "dynalite" });
    expect(await writeAndRead(one.client)).toEqual(ITEM);
    expect((await other.client.send(new ListTablesCommand())).TableNames).toEqual([]);
  });

  test.each([...new Set<DynamoDBEngine>(["dynalite", best])])(
    "stop ends %s with requests under way, and leaves nothing that would keep the process alive",
    async (engine) => {
      const program = spawn(execPath, ["--input-type=module", "--eval", startAndStop(engine)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [said, [code]] = await Promise.all([text(program.stdout), once(program, "exit")]);
      expect({ said, code }).toEqual({ said: "stopped, and no one listens", code: 0 });
    },
  );

  test("chooses dynalite where Java is missing", async () => {
    withoutJava();
    await using db = await startDynamoDB({ engine: "auto" });
    expect(db.engine).toBe("dynalite");
  });

  test("tells what DynamoDB Local lacks where it is asked for", async () => {
    withoutJava();
    await expect(startDynamoDB({ engine: "dynamodb-local" })).rejects.toThrow(
      /^DynamoDB Local cannot run here\. (Java|Its jar) is missing; install .* Or pass the engine "dynalite"\.$/,
    );
  });

  test("refuses an engine it does not know", async () => {
    // A caller without types may pass anything.
    await expect(startDynamoDB({ engine: "scylla" as DynamoDBEngine })).rejects.toThrow(
      new TypeError('engine is "scylla"; pass "auto", "dynalite" or "dynamodb-local", or nothing.'),
    );
  });
});

function withoutJava(): void {
  vi.stubEnv("PATH", "/nowhere");
  vi.stubEnv("JAVA_HOME", "/nowhere");
}

const ITEM = { id: { S: "a" }, value: { N: "9007199254740991" } };

async function writeAndRead(client: DynamoDBClient): Promise<unknown> {
  await client.send(
    new CreateTableCommand({
      TableName: "table",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    }),
  );
  await client.send(new PutItemCommand({ TableName: "table", Item: ITEM }));
  const read = new GetItemCommand({ TableName: "table", Key: { id: ITEM.id }, ConsistentRead: true });
  return (await client.send(read)).Item;
}

/** A program that ends by itself, if nothing is left open. */
function startAndStop(engine: DynamoDBEngine): string {
  return `
    import { ListTablesCommand } from ${JSON.stringify(import.meta.resolve("@aws-sdk/client-dynamodb"))};
    import { startDynamoDB } from ${JSON.stringify(new URL("start-dynamodb.ts", import.meta.url).href)};
    const db = await startDynamoDB({ engine: ${JSON.stringify(engine)} });
    const list = () => db.client.send(new ListTablesCommand()).catch(() => "ended");
    await list();
    const underWay = Array.from({ length: 20 }, list);
    await Promise.all([db.stop(), db.stop()]);
    await db.stop();
    await Promise.all(underWay);
    const listens = await fetch(db.endpoint).then(() => "one listens", () => "no one listens");
    process.stdout.write("stopped, and " + listens);
  `;
}
