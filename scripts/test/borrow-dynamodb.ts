import { once } from "node:events";
import { connect } from "node:net";
import { inject } from "vitest";
import {
  localClient,
  type DynamoDBEngine,
  type RunningDynamoDB,
} from "../../packages/testing/src/dynamodb/index.ts";

/**
 * What `startDynamoDB()` starts, shared with the test files before and after this one: DynamoDB Local takes seconds to
 * start. It has no tables; `stop` gives it back.
 */
export async function borrowDynamoDB(): Promise<RunningDynamoDB> {
  const lease = connect(inject("enginePoolPort"), "127.0.0.1").setEncoding("utf8");
  const closed = once(lease, "close").then(() => ["it hung up"]);
  const [answer] = (await Promise.race([once(lease, "data"), closed])) as [string]; // text, since the encoding is set
  const [engine, endpoint] = answer.trim().split(" ") as [DynamoDBEngine, string];
  if (!URL.canParse(endpoint)) throw new Error(`The engine pool could not start DynamoDB: ${answer}`);
  lease.unref();

  const client = localClient(endpoint);
  const stop = async () => {
    client.destroy();
    lease.destroy();
  };
  return { engine, endpoint, client, stop, [Symbol.asyncDispose]: stop };
}
