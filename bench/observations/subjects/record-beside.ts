import {
  PutItemCommand,
  UpdateItemCommand,
  type ConditionalCheckFailedException,
} from "@aws-sdk/client-dynamodb";
import { ITEM_TABLE, keyOf } from "./item-table.ts";
import { add } from "./plain-add.ts";
import type { StatelessSubject } from "./subject.ts";

/** How long a request counts as in progress: the time-out of its function. */
const IN_PROGRESS_MS = 1_000;

/**
 * What Powertools' idempotency does, on a virtual clock: a record of the request in an item of its own, written before the effect and
 * completed after it.
 * https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/
 */
export const recordBeside: StatelessSubject = {
  kind: "stateless",
  connect:
    ({ client, world: { now } }) =>
    async ({ id, amount, idempotencyKey }) => {
      const Key = keyOf(`record#${idempotencyKey}`);
      try {
        await client.send(
          new PutItemCommand({
            TableName: ITEM_TABLE,
            Item: { ...Key, state: { S: "in progress" }, until: { N: String(now() + IN_PROGRESS_MS) } },
            ConditionExpression: "attribute_not_exists(#id) OR (#state = :inProgress AND #until < :now)",
            ExpressionAttributeNames: { "#id": "id", "#state": "state", "#until": "until" },
            ExpressionAttributeValues: { ":inProgress": { S: "in progress" }, ":now": { N: String(now()) } },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        );
      } catch (error) {
        if (!isRefusal(error) || error.Item?.["state"]?.S !== "completed") throw error;
        return; // counted before
      }
      await add(client, id, amount);
      await client.send(
        new UpdateItemCommand({
          TableName: ITEM_TABLE,
          Key,
          UpdateExpression: "SET #state = :completed",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: { ":completed": { S: "completed" } },
        }),
      );
    },
};

function isRefusal(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}
