import type { CreateTableCommandInput, UpdateTimeToLiveCommandInput } from "@aws-sdk/client-dynamodb";
import { parseTableKeys, type TableKeysOptions } from "./table-keys.ts";

/** What the functions about a table take beside its name. */
export interface TableOptions {
  /** How the table's keys are named, as for `createDynamoDBCounterStore`. */
  readonly keys?: TableKeysOptions | undefined;
}

/**
 * The counters' table as the input of CreateTable, for infrastructure as code.
 *
 * @throws CounterError `invalid-input` for names that cannot be
 */
export function counterTableInput(tableName: string, options: TableOptions = {}) {
  const { partition, sort } = parseTableKeys(options);
  return {
    TableName: tableName,
    KeySchema: [
      { AttributeName: partition, KeyType: "HASH" },
      { AttributeName: sort, KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: partition, AttributeType: "S" },
      { AttributeName: sort, AttributeType: "S" },
    ],
    BillingMode: "PAY_PER_REQUEST",
  } satisfies CreateTableCommandInput;
}

/**
 * The input of UpdateTimeToLive by which DynamoDB deletes expired key items. Deletion is free of charge and up to days late;
 * nothing depends on when it happens.
 *
 * @throws CounterError `invalid-input` for names that cannot be
 */
export function counterTimeToLiveInput(tableName: string, options: TableOptions = {}) {
  return {
    TableName: tableName,
    TimeToLiveSpecification: { AttributeName: parseTableKeys(options).timeToLive, Enabled: true },
  } satisfies UpdateTimeToLiveCommandInput;
}
