export { createDynamoDBCounterStore, type DynamoDBCounterStoreOptions } from "./store.ts";
export { counterTable, ensureCounterTable } from "./table.ts";
