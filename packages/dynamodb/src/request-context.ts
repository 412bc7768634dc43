import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Limits } from "@durable-counter/core";
import type { Item } from "./counter-item.ts";
import type { Attempts } from "./attempt-tracking.ts";

/** A request on its way into the table: what stays the same however often it is tried. */
export interface Counting extends Attempts {
  readonly idempotencyKey: string;
  readonly keyAttribute: string;
  /** Until when the idempotency key is remembered, in seconds since 1970. */
  readonly expiresAt: number;
  readonly fingerprint: string;
  readonly initial: number;
  readonly nowSeconds: number;
}

/** A batch that is added to whatever value is there, if none of its commands passes a limit from it. */
export interface Addition {
  readonly add: bigint;
  /** The values before that may be written over. */
  readonly between: readonly [lowest: bigint | number, highest: bigint | number];
  /** Whether it may create the counter. */
  readonly mayCreate: boolean;
}

/** A batch that was worked out from the value that was seen, which must still be there. */
export interface Replacement {
  readonly before: number;
  readonly become: number;
  /** Whether there was no value, and `before` is what the counter starts at. */
  readonly mayCreate: boolean;
  /** Those that clamped the batch, if they did. */
  readonly limits: Limits | undefined;
}

/**
 * A batch that its limits refuse, and of which an attempt may still be on its way: the value stays as it is, and the
 * refusal is remembered in the key's place, where any other attempt finds it and changes nothing.
 */
export interface Refusal {
  /** The value that was seen, for which the refusal was right, whatever it becomes meanwhile. */
  readonly before: number;
  readonly limits: Limits | undefined;
  /** The callers for whom it is final, of refusals before as well, as `callerIdHash` has them. */
  readonly refusedTo: readonly string[];
  /** What its caller is told. */
  readonly error: unknown;
}

export type Change = Addition | Replacement | Refusal;

/** What the table showed of a counter and an idempotency key. */
export interface Seen {
  readonly item: Item;
  /** The item that remembers the idempotency key by itself; empty where none was seen. */
  readonly marker: Item;
  /** False for a guess, and where a marker may be that was not looked for. */
  readonly certain: boolean;
}

export type Outcome =
  | { readonly kind: "applied"; readonly before: number; readonly item?: Item }
  /** Its condition refused the write. */
  | { readonly kind: "refused"; readonly seen: Seen }
  /** DynamoDB refused it, for the item would be larger than an item may be. */
  | { readonly kind: "full"; readonly item: Item }
  /** DynamoDB asks for less, or another transaction was at work: it was not applied. */
  | { readonly kind: "busy"; readonly error: unknown };

/**
 * What must be in a key's place, in an item or a marker, for a write to pass: nothing, or the refusal that was seen
 * there.
 */
export type Place = AttributeValue | undefined;
