import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { formatValue as described } from "../format-value.ts";

/** How long a client waits, and how often it tries. */
export interface LocalClientOptions {
  /** Milliseconds until a request without an answer fails as a `TimeoutError`. By default it waits for ever. */
  readonly requestTimeout?: number | undefined;
  /** How often a request is sent at most: 1 switches retries off. By default the SDK decides. */
  readonly maxAttempts?: number | undefined;
}

/**
 * The SDK's own client, with its default retries, for an engine on this machine or a network before it: they take any
 * credentials.
 *
 * @param endpoint such as `startDynamoDB` or `startFaultyNetwork` tells
 * @throws TypeError for options that are no whole numbers from 1
 */
export function localClient(
  endpoint: string,
  { requestTimeout, maxAttempts }: LocalClientOptions = {},
): DynamoDBClient {
  check("requestTimeout", requestTimeout, "pass whole milliseconds from 1, or nothing to wait for ever");
  check("maxAttempts", maxAttempts, "pass a whole number from 1, or nothing for the SDK's own");
  return new DynamoDBClient({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    ...(maxAttempts !== undefined && { maxAttempts }),
    // On its own, a requestTimeout does but warn.
    ...(requestTimeout !== undefined && { requestHandler: { requestTimeout, throwOnRequestTimeout: true } }),
  });
}

/** The SDK takes 0 for never, and others in silence. */
function check(name: string, value: number | undefined, remedy: string): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new TypeError(`${name} is ${described(value)}; ${remedy}.`);
}
