import type {
  $Command,
  DynamoDBClient,
  DynamoDBClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-dynamodb";
import { untilAborted } from "./time-limit.ts";

/**
 * Sends a command, and rejects as soon as the call ends. After its end, the command is not even created: one that tracks its
 * attempts would say that there was one.
 */
export function send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  { client, signal }: { readonly client: DynamoDBClient; readonly signal: AbortSignal },
  create: () => $Command<Input, Output, DynamoDBClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
): Promise<Output> {
  return untilAborted(signal, () => client.send(create(), { abortSignal: signal }));
}
