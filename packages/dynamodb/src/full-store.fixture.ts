import {
  applyAll,
  createDynamoDBCounterStore,
  getMany,
  holds,
  type DynamoDBCounterStore,
  type DynamoDBCounterStoreOptions,
} from "./index.ts";

const capabilities = [holds, applyAll, getMany] as const;

export type FullStore = DynamoDBCounterStore<typeof capabilities>;

/** A store that can do everything. */
export function createFullStore(options: Omit<DynamoDBCounterStoreOptions, "capabilities">): FullStore {
  return createDynamoDBCounterStore({ ...options, capabilities });
}
