import type {
  ApplyAllRequest,
  ApplyRequest,
  CommitRequest,
  HoldRequest,
  ReleaseRequest,
} from "@durable-counter/core";
import { inWindowOf } from "./operation-keys.ts";
import { effectOfCommands, fingerprintOf } from "./operation-name.ts";

/**
 * What a call of a store does, for the name of its operation: `stock-42/1/hold(3)`, `apply-all/2(3:9f2a)`. The SDK notices by it
 * when two calls are swapped between two runs.
 */
export interface StoreEffect {
  /** The id of the counter; none for a call that concerns several. */
  readonly id?: string;
  /** Begins the name where there is no id. */
  readonly method?: "apply-all" | "get-many" | "list";
  /** Tells the counters that are changed from others, where there is no id. */
  readonly counters?: string;
  /** What comes after the position: `/hold(3)`, `(3:9f2a)`. */
  readonly text: string;
}

export const storeEffect = {
  apply: ({ id, commands }: ApplyRequest): StoreEffect => ({ id, text: `/${effectOfCommands(commands)}` }),
  get: (id: string): StoreEffect => ({ id, text: "/get" }),
  delete: (id: string): StoreEffect => ({ id, text: "/delete" }),
  held: (id: string): StoreEffect => ({ id, text: "/held" }),
  hold: ({ id, amount }: HoldRequest): StoreEffect => ({ id, text: `/hold(${amount})` }),
  commit: ({ id, holdId, amount }: CommitRequest): StoreEffect => ({
    id,
    text: `/commit(${amount === undefined ? "" : `${amount}:`}${fingerprintOf([holdId])})`,
  }),
  release: ({ id, holdId }: ReleaseRequest): StoreEffect => ({
    id,
    text: `/release(${fingerprintOf([holdId])})`,
  }),
  applyAll: ({ entries }: ApplyAllRequest): StoreEffect => ({
    method: "apply-all",
    text: severalOf(entries),
    counters: JSON.stringify(entries.map(({ id, window }) => inWindowOf(id, window)).toSorted()),
  }),
  getMany: (ids: readonly string[]): StoreEffect => ({ method: "get-many", text: severalOf(ids) }),
  list: (): StoreEffect => ({ method: "list", text: "" }),
};

function severalOf(parts: readonly unknown[]): string {
  return `(${parts.length}:${fingerprintOf([JSON.stringify(parts)])})`;
}
