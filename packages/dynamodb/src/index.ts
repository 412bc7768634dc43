export { createDynamoDBCounterStore } from "./store.ts";
export type { DynamoDBCounterStoreOptions } from "./store-options.ts";
export { counterTable, counterTimeToLive, ensureCounterTable } from "./table.ts";
