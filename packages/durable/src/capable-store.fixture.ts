import { hash } from "node:crypto";
import {
  CounterError,
  decrement,
  increment,
  type ApplyAllRequest,
  type CommitRequest,
  type CounterStore,
  type HoldRequest,
  type ReleaseRequest,
} from "@durable-counter/core";
import { MemoryCounterStore } from "@durable-counter/testing";

/**
 * A store in memory with every optional capability, of which each is made of `apply`: what it does counts once if, and only if,
 * it is told the same key again.
 */
export class CapableStore extends MemoryCounterStore implements CounterStore {
  readonly #holds = new Map<
    string,
    { readonly id: string; readonly amount: number; end?: "commit" | "release" }
  >();
  /** The requests in the order in which they arrived. */
  readonly requests: (readonly [method: string, request: object])[] = [];

  async hold(request: HoldRequest) {
    this.requests.push(["hold", request]);
    const { id, amount, expiresIn: _, idempotencyKey = "", ...rest } = request;
    const taken = await this.apply({ ...rest, id, commands: [decrement(amount)], idempotencyKey });
    if (!this.#holds.has(idempotencyKey)) this.#holds.set(idempotencyKey, { id, amount });
    return { holdId: idempotencyKey, value: taken.value, expiresAt: 1_000, replayed: taken.replayed };
  }

  async commit({ id, holdId, amount }: CommitRequest) {
    const held = this.#holds.get(holdId)?.amount ?? 0;
    return this.#end("commit", id, holdId, held - (amount ?? held));
  }

  async release({ id, holdId }: ReleaseRequest) {
    return this.#end("release", id, holdId, this.#holds.get(holdId)?.amount ?? 0);
  }

  async #end(end: "commit" | "release", id: string, holdId: string, returned: number) {
    const hold = this.#holds.get(holdId);
    if (hold === undefined || (hold.end ?? end) !== end)
      throw new CounterError("invalid-input", `holdId ${holdId} is not open.`);
    hold.end = end;
    return this.apply({ id, commands: [increment(returned)], idempotencyKey: `end-${hash("sha1", holdId)}` });
  }

  async held(id: string): Promise<number> {
    const open = Array.from(this.#holds.values()).filter((hold) => hold.id === id && hold.end === undefined);
    return open.reduce((sum, { amount }) => sum + amount, 0);
  }

  async applyAll(request: ApplyAllRequest) {
    this.requests.push(["applyAll", request]);
    const { entries, ...key } = request;
    const results = [];
    for (const entry of entries) results.push(await this.apply({ ...entry, ...key }));
    return {
      results: results.map(({ value, results: each }) => ({ value, results: each })),
      replayed: results.every(({ replayed }) => replayed),
    };
  }
}
