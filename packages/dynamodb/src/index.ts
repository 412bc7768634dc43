export { createDynamoDBCounterStore } from "./store.ts";
export type { DynamoDBCounterStoreOptions } from "./store-options.ts";
export { ensureCounterTable } from "./ensure-table.ts";
export { counterTableInput, counterTimeToLiveInput } from "./table-schema.ts";
