import { PutItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HOLD_FENCE } from "./item-schema.ts";
import { tableName } from "./simulated.fixture.ts";

/**
 * Writes the item of a counter that had so many moved holds that it has no list of them any more, and of which none is open: what is
 * left of such a counter for as long as the keys of its holds are recorded.
 */
export async function putCounterWithoutList(
  client: DynamoDBClient,
  {
    id,
    value,
    now,
    sortKey = "value",
    life = "before",
  }: { id: string; value: number; now: number; sortKey?: string; life?: string },
): Promise<void> {
  const fence = HOLD_FENCE + Math.floor(now / 1_000) + 86_400;
  await client.send(
    new PutItemCommand({
      TableName: tableName,
      Item: {
        id: { S: id },
        sk: { S: sortKey },
        value: { N: String(value) },
        fence: { N: `${fence}.000000001` },
        life: { S: life },
      },
    }),
  );
}
