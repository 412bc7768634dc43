import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { add, prepareTable, readNumber } from "./number-table.ts";
import type { Peer } from "./peer.ts";

const TABLE = "powertools";
const RECORDS = "powertools-idempotency";

/**
 * The time-out of the Lambda in milliseconds, shorter than the pauses of a careful caller, because Lambda retries after it. Until
 * then, Powertools treats a request whose end it could not record as still in progress.
 */
const TIMEOUT_MS = 1_000;

/** All that Powertools reads of Lambda's context. */
const context = { getRemainingTimeInMillis: () => TIMEOUT_MS } as NonNullable<
  IdempotencyConfig["lambdaContext"]
>;

interface Event {
  readonly idempotencyKey: string;
  readonly id: string;
  readonly amount: number;
}

/**
 * Powertools' idempotency around a handler that adds, with the key in the event, a table of its own for its records
 * and the Lambda's context registered, as its documentation says. It keeps the result, the value after.
 * https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/
 */
export const powertools: Peer = {
  answers: "after",
  prepare: async (client) => {
    await prepareTable(client, TABLE);
    await prepareTable(client, RECORDS);
  },
  connect: (client) => {
    const handler = makeIdempotent(
      ({ id, amount }: Event, _context: typeof context) => add(client, TABLE, id, amount),
      {
        persistenceStore: new DynamoDBPersistenceLayer({ tableName: RECORDS, awsSdkV3Client: client }),
        config: new IdempotencyConfig({ eventKeyJmesPath: "idempotencyKey", throwOnNoIdempotencyKey: true }),
      },
    );
    return {
      count: (id, amount, idempotencyKey) => handler({ id, amount, idempotencyKey }, context),
      value: (id) => readNumber(client, TABLE, id),
    };
  },
};
