export { createDynamoDBCounterStore } from "./store.ts";
export type { DynamoDBCounterStoreOptions } from "./store-options.ts";
export { counterTableInput, counterTimeToLiveInput, ensureCounterTable } from "./table.ts";
