/**
 * A store of counters in DynamoDB: one conditional write per batch.
 *
 * @module @durable-counter/dynamodb
 */
export { createDynamoDBCounterStore, type ApplyAllOptions, type DynamoDBCounterStore } from "./store.ts";
export type { DynamoDBCounterStoreOptions } from "./store-options.ts";
export { ensureCounterTable } from "./ensure-table.ts";
export { counterTableInput, counterTimeToLiveInput, type TableOptions } from "./table-input.ts";
export type { TableKeysOptions } from "./table-keys.ts";
