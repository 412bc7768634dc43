import { TransactWriteItemsCommand, UpdateItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Freezes the process of a client before it sends its first request; it goes on when it is told to. */
export function freeze(client: DynamoDBClient) {
  const resumed = Promise.withResolvers<undefined>();
  client.middlewareStack.add(
    (next) => async (args) => {
      await resumed.promise;
      return next(args);
    },
    { step: "finalizeRequest", priority: "high" },
  );
  return { resume: () => resumed.resolve(undefined) };
}

/** The names of the requests that a client sends, in their order. */
export function listRequests(client: DynamoDBClient): string[] {
  const sent: string[] = [];
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        sent.push(commandName.replace("Command", ""));
        return next(args);
      },
    { step: "initialize" },
  );
  return sent;
}

/** Counts what a client sends, attempt by attempt: `{ UpdateItem: 2 }`. */
export function countRequests(client: DynamoDBClient): Readonly<Record<string, number>> {
  const requests: Record<string, number> = {};
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        const operation = commandName.replace(/Command$/u, "");
        requests[operation] = (requests[operation] ?? 0) + 1;
        return next(args);
      },
    { step: "deserialize", priority: "low" },
  );
  return requests;
}

/** A client that loses every write for as long as `isLosing`, and keeps what was lost: it may arrive later. */
export function keepLostWrites(client: DynamoDBClient) {
  const lost: (UpdateItemCommand | TransactWriteItemsCommand)[] = [];
  const control = { isLosing: true, lost };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const input = args.input as never; // what a command of that name was given
        if (!control.isLosing) return next(args);
        if (commandName === "UpdateItemCommand") lost.push(new UpdateItemCommand(input));
        else if (commandName === "TransactWriteItemsCommand") lost.push(new TransactWriteItemsCommand(input));
        else return next(args);
        throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
      },
    { step: "deserialize", priority: "low" },
  );
  return control;
}
