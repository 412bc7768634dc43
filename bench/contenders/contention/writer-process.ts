/** One of many processes, each with a store of its own: writes when it is told to, and answers what that took. */
import { on } from "node:events";
import { increment } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { watchRequests } from "../../measure/requests.ts";
import { localDynamoDB } from "../shared-dynamodb.ts";
import type { Writing, Written } from "./writers.ts";

const [writer = ""] = process.argv.slice(2);

async function write({ endpoint, tableName, id, strategy, commands }: Writing): Promise<Written> {
  const client = localDynamoDB({ endpoint });
  const store = createDynamoDBCounterStore({ client, tableName, idempotency: { strategy } });
  const requests = watchRequests(client);
  let givenUp = 0;
  for (let command = 0; command < commands; command++) {
    await store
      .apply({ id, commands: [increment()], idempotencyKey: `${writer}/${command}` })
      .catch(() => (givenUp += 1));
  }
  client.destroy();
  return { requests: requests.sent, givenUp };
}

process.once("disconnect", () => process.exit());
process.send?.("ready");
// The only messages are those of writers.ts.
for await (const [writing] of on(process, "message") as AsyncIterable<[Writing]>) {
  process.send?.(await write(writing));
}
