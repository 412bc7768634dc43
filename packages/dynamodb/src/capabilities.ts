import type { CallOptions } from "@durable-counter/core";
import type { HoldSupport } from "./hold-support.ts";
import type { CallConfig, StoreConfig } from "./store-options.ts";

/**
 * Something that a store can do beyond `apply`, `get`, `delete` and `list`: `holds`, `applyAll` or `getMany`. Passed as an option, so
 * that what a function does not use is not in its bundle.
 */
export interface DynamoDBCapability<Methods extends object = object> {
  /** As it is exported: `holds`, `applyAll` or `getMany`. */
  readonly name: string;
  /** Creates what is added to the store. For the store itself to call. */
  readonly methods: (calls: StoreCalls) => Methods;
  /** What the rest of the store has to know. */
  readonly holds?: HoldSupport | undefined;
}

/** What the methods of a capability work with. */
export interface StoreCalls {
  readonly config: StoreConfig;
  /** Runs a call within its time limit. */
  readonly call: <T>(options: CallOptions, run: (config: CallConfig) => Promise<T>) => Promise<T>;
}

/** The methods that capabilities add. */
export type MethodsOf<Capabilities extends readonly DynamoDBCapability[]> = UnionToIntersection<
  { [Index in keyof Capabilities]: MethodsOfOne<Capabilities[Index]> }[number]
>;

type MethodsOfOne<Capability> = Capability extends DynamoDBCapability<infer Methods> ? Methods : never;

type UnionToIntersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
