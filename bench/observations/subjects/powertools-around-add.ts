import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { ITEM_TABLE } from "./item-table.ts";
import { add } from "./plain-add.ts";
import type { CountEvent, StatelessSubject } from "./subject.ts";

/** The time-out of the Lambda in milliseconds: so long, Powertools treats a record that was not completed as in progress. */
const TIMEOUT_MS = 1_000;

/** All that Powertools reads of Lambda's context. */
const context = { getRemainingTimeInMillis: () => TIMEOUT_MS } as NonNullable<
  IdempotencyConfig["lambdaContext"]
>;

/** Powertools around an atomic ADD. It reads the real time, so it is measured in real processes only. */
export const powertoolsAroundAdd: StatelessSubject = {
  kind: "stateless",
  connect: ({ client }) => {
    const count = makeIdempotent(
      ({ id, amount }: CountEvent, _context: typeof context) => add(client, id, amount),
      {
        persistenceStore: new DynamoDBPersistenceLayer({ tableName: ITEM_TABLE, awsSdkV3Client: client }),
        config: new IdempotencyConfig({ eventKeyJmesPath: "idempotencyKey", throwOnNoIdempotencyKey: true }),
      },
    );
    return (event) => count(event, context);
  },
};
