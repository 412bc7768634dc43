/**
 * A store of counters in DynamoDB: one conditional write per batch.
 *
 * @module @durable-counter/dynamodb
 */
export {
  createDynamoDBCounterStore,
  type DynamoDBCounterStore,
  type DynamoDBCounterStoreOptions,
} from "./store.ts";
export { applyAll, type ApplyAllMethods, type ApplyAllOptions } from "./apply-all.ts";
export type { DynamoDBCapability } from "./capabilities.ts";
export { ensureCounterTable } from "./ensure-table.ts";
export { getMany, type GetManyMethods } from "./get-many.ts";
export { holds, type HoldMethods } from "./holds.ts";
export { counterTableInput, counterTimeToLiveInput, type TableOptions } from "./table-input.ts";
export type { TableKeysOptions } from "./table-keys.ts";
