import { hash, randomUUID } from "node:crypto";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { CounterError, type CounterWindow } from "@durable-counter/core";
import { contextPath } from "./context-path.ts";
import { operationQuota } from "./operation-quota.ts";

/** What identifies the operations of one counter, or of one store, to a store. */
export interface OperationKeys {
  /**
   * The caller's id makes a refusal final, so that a call which a dead process left in flight cannot count later. It is a hash
   * because an ARN can be longer than a caller's id.
   */
  readonly callerId: string;
  /** The caller of a request that brings a key of its own, which other operations of the execution may use as well. */
  readonly callerOf: (name: string, sequence: number) => string;
  /**
   * To be called when an operation is called, before its step. The function that it returns resolves, in the step, to the
   * idempotency key of the operation.
   */
  readonly keyOf: (operation: KeyedOperation) => () => Promise<string>;
}

/** What an idempotency key follows from. */
interface KeyedOperation {
  /** The unique name of the counter or the store in its context. */
  readonly name: string;
  /** The same with the counter, if it is a store. */
  readonly owner?: string;
  /** The position among the counter's operations, from 0. */
  readonly sequence: number;
  /** What the operation does, and to which counter. */
  readonly effect: string;
}

/**
 * @param requestKey replaces the ARN of the execution
 * @param wanted the name that the counter or the store would like to have
 * @throws CounterError `misconfigured` where exactly-once keys cannot be derived
 */
export function createOperationKeys(
  context: DurableContext,
  requestKey: string | undefined,
  wanted: string,
): OperationKeys {
  const callerId = hash("sha256", context.executionContext.durableExecutionArn, "base64url");
  const keyPrefix = createKeyPrefix(context, requestKey);
  return {
    callerId,
    callerOf: (name, sequence) => operationKey([callerId, contextPath(context) ?? ""], name, sequence),
    keyOf: ({ name, owner = name, sequence, effect }) => {
      const prefix = keyPrefix(name);
      // A request that comes again with other commands is to be noticed: its keys do not depend on them.
      if (requestKey !== undefined) return async () => operationKey(await prefix, owner, sequence);
      const occurrence = nextOccurrence(context, JSON.stringify([wanted, effect]));
      return async () => operationKey(await prefix, `${wanted}/${effect}`, occurrence);
    },
  };
}

/** A counter, or what is done to it. With another window, the same id is another counter, whose operations have keys of their own. */
export function inWindowOf(text: string, window: CounterWindow | undefined): string {
  return window === undefined ? text : `${text}\n${window.name}`;
}

/** The idempotency key of an operation: the same for every run of its step, different from that of every other operation. */
function operationKey(prefix: readonly string[], counter: string, sequence: number): string {
  return hash("sha256", JSON.stringify([...prefix, counter, sequence]), "base64url");
}

const occurrences = new WeakMap<DurableContext["executionContext"], Map<string, number>>();

/**
 * How often a context has had such an operation before. Where concurrent branches call counters in another order in another run,
 * names and positions change hands, which the SDK notices only after it has started a step or two. An operation of the same effect
 * keeps its key, so that none counts twice until then.
 */
function nextOccurrence({ executionContext }: DurableContext, operation: string): number {
  const counts = occurrences.get(executionContext) ?? new Map<string, number>();
  occurrences.set(executionContext, counts);
  const occurrence = counts.get(operation) ?? 0;
  counts.set(operation, occurrence + 1);
  return occurrence;
}

/**
 * What begins the idempotency keys of a counter or a store: the key of the request, or else the execution's ARN; and the path of the context.
 * Where the SDK does not have the path, a step stores a random prefix instead.
 */
function createKeyPrefix(context: DurableContext, requestKey: string | undefined) {
  const path = contextPath(context);
  if (path !== undefined) {
    const prefix = [requestKey ?? context.executionContext.durableExecutionArn, path];
    return () => prefix;
  }
  if (requestKey !== undefined) {
    throw new CounterError(
      "misconfigured",
      'This version of the durable SDK does not have the position of a context, which an "idempotencyKey" needs. Leave it out, or use a version within the peer range.',
    );
  }
  let stored: Promise<readonly string[]> | undefined;
  return (counter: string) => {
    if (stored === undefined) {
      const name = `${counter}/key-prefix`;
      operationQuota(context)(name);
      stored = context.step(name, async () => randomUUID()).then((prefix) => [prefix]);
      stored.catch(() => undefined); // it is awaited later, in the operation's own step
    }
    return stored;
  };
}
