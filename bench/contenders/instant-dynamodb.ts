import { DynamoDBClient, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";

/** A client that builds, signs and parses as usual, over a connection that answers at once, so that only its own work is measured. */
export interface InstantDynamoDB {
  readonly client: DynamoDBClient;
  /** The update that was sent last. */
  readonly lastUpdate: () => UpdateItemCommandInput;
}

/** Every counter stands at 0 when an update arrives. */
export function instantDynamoDB(): InstantDynamoDB {
  let body = "";
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    requestHandler: {
      handle: async (request: { readonly body?: Uint8Array }) => {
        body = decoder.decode(request.body);
        return { response: { statusCode: 200, headers: HEADERS, body: answer(JSON.parse(body)) } };
      },
    },
  });
  // The wire carries what a command was given.
  return { client, lastUpdate: () => JSON.parse(body) as UpdateItemCommandInput };
}

const decoder = new TextDecoder();
const HEADERS = { "content-type": "application/x-amz-json-1.0" };

/** The attributes an update of ours writes: the value, and the idempotency key with its record. */
function answer({ ExpressionAttributeNames, ExpressionAttributeValues }: UpdateItemCommandInput): Uint8Array {
  const { "#value": value = "", "#idempotencyKey": idempotencyKey = "" } = ExpressionAttributeNames ?? {};
  const { ":change": change, ":record": record } = ExpressionAttributeValues ?? {};
  return Buffer.from(JSON.stringify({ Attributes: { [value]: change, [idempotencyKey]: record } }));
}
