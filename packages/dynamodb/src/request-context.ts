import type { ApplyRequest, Command, Limits } from "@durable-counter/core";
import { randomUUID } from "node:crypto";
import type { Attempts } from "./attempt-tracking.ts";
import { fingerprint, keyAttribute } from "./idempotency-key.ts";
import { netEffect, type NetEffect } from "./net-effect.ts";
import { shardOf } from "./shards.ts";
import type { StoreConfig } from "./store-options.ts";
import { shardSortKey, VALUE_SORT_KEY } from "./table-schema.ts";
import { codeOf } from "./translate-error.ts";

/** One request to apply a batch: everything that stays the same, however often it is attempted. */
export interface RequestContext {
  readonly config: StoreConfig;
  readonly id: string;
  /** The sort key of the item whose value the request changes. */
  readonly sortKey: string;
  readonly commands: readonly Command[];
  readonly effect: NetEffect;
  readonly limits: Limits | undefined;
  readonly initial: number;
  readonly idempotencyKey: string;
  /** Whether the store generated the idempotency key, for a request that has none. */
  readonly isGeneratedKey: boolean;
  /** When the idempotency key was sent first, in milliseconds since 1970. */
  readonly issuedAt: number | undefined;
  /** The caller for whom a refusal is to be final, if it names itself. */
  readonly callerId: string | undefined;
  readonly keyAttribute: string;
  readonly fingerprint: string;
  /** When this call began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Until when the idempotency key is recorded, in seconds since 1970. */
  readonly expiresAt: number;
  /** Whether an earlier call with this idempotency key was never answered. */
  readonly wasInFlight: boolean;
  /** What became of the attempts of this call. */
  readonly attempts: Attempts;
}

/**
 * How long the key of a request that brought none is recorded. The store generates one all the same, because the AWS SDK
 * retries by itself. No attempt is made after this time.
 */
const GENERATED_KEY_SECONDS = 120;

export function createRequestContext(config: StoreConfig, request: ApplyRequest): RequestContext {
  const { id, commands, issuedAt, callerId, limits = config.limits, initial = config.initial } = request;
  const { shards, retentionSeconds, now, cache } = config;
  const isGeneratedKey = request.idempotencyKey === undefined;
  const idempotencyKey = request.idempotencyKey ?? randomUUID();
  const startedAt = now();
  const expiresAt =
    Math.floor(startedAt / 1_000) + (isGeneratedKey ? GENERATED_KEY_SECONDS : retentionSeconds);
  const deadline = Math.min(
    expiresAt * 1_000,
    issuedAt === undefined ? Infinity : issuedAt + retentionSeconds * 1_000,
  );
  const sortKey =
    shards === undefined ? VALUE_SORT_KEY : shardSortKey(shards, shardOf(idempotencyKey, shards));
  const context = { id, sortKey, keyAttribute: keyAttribute(idempotencyKey) };
  return {
    ...context,
    config,
    commands,
    effect: netEffect(commands, limits),
    limits,
    initial,
    idempotencyKey,
    isGeneratedKey,
    issuedAt,
    callerId,
    fingerprint: fingerprint(commands),
    startedAt,
    expiresAt,
    wasInFlight: cache.inFlight.get(inFlightName(context)) === true,
    attempts: { errors: [], mayAttempt: () => now() < deadline },
  };
}

/** Names an item in a cache. */
export function itemName({ id, sortKey }: Pick<RequestContext, "id" | "sortKey">): string {
  return `${id}\n${sortKey}`;
}

/** Names a request in the cache of those that were never answered. */
export function inFlightName(request: Pick<RequestContext, "id" | "sortKey" | "keyAttribute">): string {
  return `${itemName(request)}\n${request.keyAttribute}`;
}

/** Whether an attempt may still arrive: one of this call, or of an earlier call, that was never answered. */
export function mayBeInFlight({ attempts, wasInFlight }: RequestContext): boolean {
  // An error that is not known to be a refusal leaves open whether the attempt was carried out.
  return (
    wasInFlight ||
    attempts.errors.some((error) => (codeOf(error, true) ?? "outcome-unknown") === "outcome-unknown")
  );
}
