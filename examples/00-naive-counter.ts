// A counter that ignores retries: an atomic ADD inside a durable step. Do not copy this one.
import { GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { CounterRequest, parseInput, type Command } from "@durable-counter/core";
import { client, tableName as TableName } from "./dynamodb-client.ts";

/** The event is a `CounterRequest`, the result the value after the last command. */
export const handler = withDurableExecution(async (event: unknown, context) => {
  const { counterId, commands } = parseInput(CounterRequest, event, "event");
  let value = 0;
  for (const [index, command] of commands.entries()) {
    value = await context.step(`naive/${index}/${command.type}`, () => execute(counterId, command));
  }
  return { value };
});

async function execute(counterId: string, command: Command): Promise<number> {
  const Key = { id: { S: counterId }, sk: { S: "naive" } };
  if (command.type === "get") {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Number(Item?.["value"]?.N ?? 0);
  }
  const isSet = command.type === "set";
  const operand = isSet ? command.value : command.type === "increment" ? command.amount : -command.amount;
  // Atomic, but wrong: when the reply is lost, the AWS SDK sends the ADD again, and after a crash the step runs again.
  const { Attributes } = await client.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: isSet ? "SET #value = :operand" : "ADD #value :operand",
      ExpressionAttributeNames: { "#value": "value" },
      ExpressionAttributeValues: { ":operand": { N: String(operand) } },
      ReturnValues: "UPDATED_NEW",
    }),
  );
  return Number(Attributes?.["value"]?.N);
}
