import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { startDynamoDB, type DynamoDBEngine } from "@durable-counter/testing/dynamodb";

/** The environment variable with the endpoint of the shared engine. The processes of contenders inherit it. */
const ENDPOINT = "BENCH_DYNAMODB_ENDPOINT";

/** Starts an engine for the contenders that run during `use`. */
export async function withDynamoDB<Result>(
  engine: "auto" | DynamoDBEngine,
  use: (engine: DynamoDBEngine) => Promise<Result>,
): Promise<Result> {
  await using db = await startDynamoDB({ engine });
  process.env[ENDPOINT] = db.endpoint;
  try {
    return await use(db.engine);
  } finally {
    delete process.env[ENDPOINT];
  }
}

/** @throws Error outside of {@link withDynamoDB} */
export function sharedEndpoint(): string {
  const endpoint = process.env[ENDPOINT];
  if (endpoint === undefined) throw new Error(`${ENDPOINT} is not set; run the contender in withDynamoDB.`);
  return endpoint;
}

/**
 * A client with the SDK's default retries, and a method per operation, as rate-limiter-flexible asks for.
 *
 * @param options `endpoint`: by default that of the shared engine; `requestTimeout`: in milliseconds, by default none
 */
export function localDynamoDB(options: { endpoint?: string; requestTimeout?: number } = {}): DynamoDB {
  const { endpoint = sharedEndpoint(), requestTimeout } = options;
  return new DynamoDB({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    ...(requestTimeout !== undefined && { requestHandler: { requestTimeout, throwOnRequestTimeout: true } }),
  });
}
