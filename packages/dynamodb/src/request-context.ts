import type {
  ApplyRequest,
  ApplyResult,
  Command,
  CounterWindow,
  HoldResult,
  Limits,
} from "@durable-counter/core";
import type { Attempts } from "./attempt-tracking.ts";
import {
  fingerprint,
  GENERATED_KEY_SECONDS,
  generatedAt,
  generateKey,
  keyAttribute,
} from "./idempotency-key.ts";
import type { RecordedHold } from "./hold-record.ts";
import { netEffect, type NetEffect } from "./net-effect.ts";
import { requestWindow, withSerial, type RequestWindow } from "./request-window.ts";
import { shardOf } from "./shards.ts";
import type { CallConfig } from "./store-options.ts";
import { attributes, shardSortKey, VALUE_SORT_KEY, windowSortKey } from "./item-schema.ts";
import { mayHaveBeenApplied } from "./aws-errors.ts";

/** One request to apply a batch: everything that stays the same, however often it is attempted. */
export interface RequestContext {
  readonly config: CallConfig;
  readonly id: string;
  /** The sort key of the item whose value the request changes. */
  readonly sortKey: string;
  /** The attribute that holds the value. */
  readonly valueAttribute: string;
  /** In which window it counts; undefined for a counter without windows. */
  readonly window: RequestWindow | undefined;
  readonly commands: readonly Command[];
  readonly effect: NetEffect;
  readonly limits: Limits | undefined;
  readonly initial: number;
  readonly idempotencyKey: string;
  /** Whether the store generated the idempotency key, for a request that has none. */
  readonly isGeneratedKey: boolean;
  /** When the idempotency key was sent first, as far as is known, in milliseconds since 1970. */
  readonly issuedAt: number;
  /**
   * Until when an attempt may be sent, in milliseconds since 1970. Counted from `issuedAt`, so a retry never moves it: one
   * that was sent later could arrive when the key is no longer recorded, and count again.
   */
  readonly retryUntil: number;
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
  /** The hold that the request places, if it does. */
  readonly hold: RecordedHold | undefined;
}

/** A request as a store takes it: a batch, or a decrement that places a hold. */
export interface StoreRequest extends ApplyRequest {
  /** In whole seconds. */
  readonly holdFor?: number | undefined;
}

/** What a request is answered with. */
export interface RequestResult extends ApplyResult {
  /** The hold that the request has placed, if it places one. */
  readonly placed?: Pick<HoldResult, "holdId" | "expiresAt">;
}

export function createRequestContext(config: CallConfig, request: StoreRequest): RequestContext {
  const { id, commands, callerId, holdFor, limits = config.limits, initial = config.initial } = request;
  const { window: windows = config.window } = request;
  const { shards, retentionSeconds, now, cache } = config;
  const startedAt = now();
  const idempotencyKey = request.idempotencyKey ?? generateKey(startedAt);
  const generated = generatedAt(idempotencyKey);
  const names = { id, ...namesOf(idempotencyKey, windows, shards) };
  const firstSentAt = cache.inFlight.issuedAt(inFlightName(names));
  const issuedAt = generated ?? Math.min(request.issuedAt ?? startedAt, firstSentAt ?? Infinity);
  const recordSeconds = generated === undefined ? retentionSeconds : GENERATED_KEY_SECONDS;
  const retryUntil = issuedAt + recordSeconds * 1_000;
  // Another sender of a caller's key may not know when it was issued, and counts from its own time.
  const keptUntil =
    generated === undefined ? Math.max(retryUntil, startedAt + retentionSeconds * 1_000) : retryUntil;
  const hold = holdOf(commands, holdFor, startedAt);
  // A hold is known by its key, as long as it can be asked for.
  const knownUntil = hold === undefined ? 0 : hold.expiresAt + retentionSeconds * 1_000;
  const expiresAt = Math.floor(Math.max(keptUntil, knownUntil) / 1_000);
  const window =
    windows && requestWindow(windows, { issuedAt, startedAt, expiresAt, retentionSeconds, recordSeconds });
  const ownFingerprint = fingerprint(commands, holdFor);
  return {
    ...names,
    valueAttribute: window?.attribute ?? attributes.value,
    window,
    config,
    commands,
    effect: netEffect(commands, limits),
    limits,
    initial,
    idempotencyKey,
    isGeneratedKey: request.idempotencyKey === undefined,
    issuedAt,
    retryUntil,
    callerId,
    fingerprint: window ? withSerial(ownFingerprint, window) : ownFingerprint,
    startedAt,
    expiresAt,
    wasInFlight: firstSentAt !== undefined,
    attempts: { list: [], mayAttempt: () => now() < retryUntil },
    hold: hold && { ...hold, startsAt: window?.period.startsAt },
  };
}

function holdOf(
  commands: readonly Command[],
  holdFor: number | undefined,
  now: number,
): RecordedHold | undefined {
  const [command] = commands;
  if (holdFor === undefined || command?.type !== "decrement") return undefined;
  return { amount: command.amount, expiresAt: now + holdFor * 1_000 };
}

/** In a counter with windows, a key is another than in the same id's counter without. Their key items lie beside each other. */
export function namesOf(
  idempotencyKey: string,
  windows: CounterWindow | undefined,
  shards: number | undefined,
) {
  if (windows !== undefined) {
    const name = keyAttribute(`${idempotencyKey}\n${windows.name}`);
    return { sortKey: windowSortKey(windows), keyAttribute: name };
  }
  const sortKey =
    shards === undefined ? VALUE_SORT_KEY : shardSortKey(shards, shardOf(idempotencyKey, shards));
  return { sortKey, keyAttribute: keyAttribute(idempotencyKey) };
}

/** Names an item in a cache. */
export function itemName({ id, sortKey }: Pick<RequestContext, "id" | "sortKey">): string {
  return `${id}\n${sortKey}`;
}

/** Names a value in a cache: that of an item, or of a window. */
export function valueName(request: Pick<RequestContext, "id" | "sortKey" | "valueAttribute">): string {
  return `${itemName(request)}\n${request.valueAttribute}`;
}

/** Names a request in the cache of those that were never answered. */
export function inFlightName(request: Pick<RequestContext, "id" | "sortKey" | "keyAttribute">): string {
  return `${itemName(request)}\n${request.keyAttribute}`;
}

/** Whether an attempt may still arrive: one of this call, or of an earlier call, that was never answered. */
export function mayBeInFlight({ attempts, wasInFlight }: RequestContext): boolean {
  return wasInFlight || attempts.list.some(mayHaveBeenApplied);
}

/** Whether the key was issued longer ago than it is recorded. */
export function isExpired({ startedAt, retryUntil }: RequestContext): boolean {
  return startedAt >= retryUntil;
}
