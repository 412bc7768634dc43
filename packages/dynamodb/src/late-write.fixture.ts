import { TransactWriteItemsCommand, UpdateItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** What happens to the n-th write of a call: it is held up for a while, or its reply is lost. */
export interface Loss {
  readonly write: number;
  readonly kind: "held-up" | "unanswered";
}

/** A write that may still arrive. */
export type LateWrite = UpdateItemCommand | TransactWriteItemsCommand;

/** Makes a client lose one write: its process hears no more of it. */
export function lose(client: DynamoDBClient, loss: Loss | undefined, heldUp: LateWrite[]): DynamoDBClient {
  let writes = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const isTransaction = commandName === "TransactWriteItemsCommand";
        if (!isTransaction && commandName !== "UpdateItemCommand") return next(args);
        if (writes++ !== loss?.write) return next(args);
        const input = args.input as never; // what a command of that name was given
        if (loss.kind === "unanswered") await next(args).catch(() => undefined);
        else heldUp.push(isTransaction ? new TransactWriteItemsCommand(input) : new UpdateItemCommand(input));
        throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
      },
    { step: "deserialize", priority: "low" },
  );
  return client;
}
