import { CreateTableCommand, ScanCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { randomRuns } from "../../../../../scripts/test/random.ts";
import { startDynamoDB } from "../start-dynamodb.ts";
import { answerOf, canonical, type RandomRequest } from "./answer-of.fixture.ts";
import { randomRequest } from "./random-requests.fixture.ts";
import { createSimulatedDynamoDB } from "./simulated-dynamodb.ts";

const db = await startDynamoDB();
afterAll(db.stop);
const simulated = createSimulatedDynamoDB({ seed: 1, transactions: db.engine === "dynamodb-local" }).client();
let tables = 0;

async function createTable(tableName: string): Promise<void> {
  const input = {
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST" as const,
    KeySchema: [
      { AttributeName: "id", KeyType: "HASH" as const },
      { AttributeName: "part", KeyType: "RANGE" as const },
    ],
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: "S" as const },
      { AttributeName: "part", AttributeType: "S" as const },
    ],
  };
  for (const client of [db.client, simulated]) await client.send(new CreateTableCommand(input));
}

const contentOf = async (client: DynamoDBClient, TableName: string) => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return canonical(Items, true);
};

describe(`the simulated engine beside ${db.engine}`, () => {
  test("answers random requests the same, and holds the same items", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomRequest, { minLength: 6, maxLength: 20 }), async (requests) => {
        const tableName = `differential-${++tables}`;
        await createTable(tableName);
        for (const request of requests) {
          const expected = await answerOf(db.client, request, tableName);
          const answer = await answerOf(simulated, request, tableName);
          expect({ request: fc.stringify(request), answer }).toEqual({
            request: fc.stringify(request),
            answer: expected,
          });
        }
        expect(await contentOf(simulated, tableName)).toEqual(await contentOf(db.client, tableName));
      }),
      { numRuns: randomRuns(40) },
    );
  });

  test("accepts items of the same size", async () => {
    const tableName = `differential-${++tables}`;
    await createTable(tableName);
    const key = { id: { S: "a" }, part: { S: "value" } };
    const most = 400 * 1_024 - "id".length - "a".length - "part".length - "value".length - "text".length;
    const text = (length: number) => ({ text: { S: "x".repeat(length) } });
    const sizes: RandomRequest[] = [
      { operation: "PutItem", input: (TableName) => ({ TableName, Item: { ...key, ...text(most) } }) },
      { operation: "PutItem", input: (TableName) => ({ TableName, Item: { ...key, ...text(most + 1) } }) },
      ...["7", "-712", "0.0176739712812345678901"].flatMap((N) =>
        Array.from({ length: 16 }, (_, room): RandomRequest[] => [
          {
            operation: "PutItem",
            input: (TableName) => ({ TableName, Item: { ...key, ...text(most - room) } }),
          },
          {
            operation: "UpdateItem",
            input: (TableName) => ({
              TableName,
              Key: key,
              UpdateExpression: "SET n = :n",
              ExpressionAttributeValues: { ":n": { N } },
            }),
          },
        ]).flat(),
      ),
    ];
    for (const request of sizes) {
      const expected = await answerOf(db.client, request, tableName);
      const answer = await answerOf(simulated, request, tableName);
      expect(answer).toEqual(expected);
    }
  });
});
