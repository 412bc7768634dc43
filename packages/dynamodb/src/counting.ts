import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Limits } from "@durable-counter/core";
import type { Item } from "./counter-item.ts";
import type { Attempts } from "./watched-command.ts";

/** A request on its way into the table: what stays the same however often it is tried. */
export interface Counting extends Attempts {
  readonly token: string;
  readonly tokenAttribute: string;
  /** Until when the token is remembered, in seconds since 1970. */
  readonly expiresAt: number;
  readonly fingerprint: string;
  readonly initial: number;
  readonly nowSeconds: number;
}

/** Add to whatever is there; or become a value worked out from one that must still be there. */
export type Change =
  { readonly add: bigint } | { readonly become: number; readonly from: number; readonly limits: Limits };

/** What the table showed of a counter and a token. */
export interface Seen {
  readonly item: Item;
  /** The item that remembers the token by itself; empty where none was seen. */
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

/** The place a token must have, in an item or a marker, for a write to count: free, or held by the refusal that was seen there. */
export type Place = AttributeValue | undefined;
