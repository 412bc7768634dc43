import type { ApplyAllRequest, CounterOptions, HoldRequest } from "@durable-counter/core";
import { MemoryCounterStore } from "@durable-counter/testing";

/** A store in memory with every optional capability, which keeps the requests of two of them. */
export class CapableStore extends MemoryCounterStore {
  /** The requests in the order in which they arrived. */
  readonly requests: (readonly [method: string, request: object])[] = [];

  constructor(options: CounterOptions = {}) {
    super({ ...options, now: () => 0 });
  }

  override async hold(request: HoldRequest) {
    this.requests.push(["hold", request]);
    return super.hold(request);
  }

  override async applyAll(request: ApplyAllRequest) {
    this.requests.push(["applyAll", request]);
    return super.applyAll(request);
  }
}
