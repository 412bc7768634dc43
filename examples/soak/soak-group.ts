import type { StoreWithHolds } from "@durable-counter/core";
import type { ExecutionRecord } from "./execution-record.ts";
import type { Group, Read, Workload } from "./workload.ts";

/** Collects what is seen of executions that share counters, and checks it when all of them have ended. */
export class SoakGroup implements Group {
  readonly number: number;
  readonly workload: Workload;
  readonly records: ExecutionRecord[] = [];
  readonly reads: Read[] = [];
  readonly prepared: Promise<void>;
  readonly #store: StoreWithHolds;

  /** @param store reaches the engine without the network's faults */
  constructor(workload: Workload, number: number, store: StoreWithHolds) {
    this.workload = workload;
    this.number = number;
    this.#store = store;
    this.prepared = workload.prepare(store, number);
  }

  /** Takes an execution that has ended, and reads the counter. */
  async ended(record: ExecutionRecord): Promise<void> {
    this.records.push(record);
    await this.#read();
  }

  /** All that contradicts itself, in words. Call it when every execution of the group has ended. */
  async contradictions(): Promise<readonly string[]> {
    await this.#read();
    const failed = this.records.filter(({ functionError }) => functionError !== undefined);
    if (failed.length > 0) {
      return failed.map(
        ({ name, payload }) => `${name} did not succeed, as every execution must: ${payload}`,
      );
    }
    return [...(await this.#wrongValue()), ...this.workload.contradictions(this)];
  }

  /** Whether the counter has another value than the executions say. Late writes of dead processes must not change it. */
  async #wrongValue(): Promise<readonly string[]> {
    const counter = this.workload.counterOf(this.number);
    const expected = this.workload.expectedValue(this);
    if (counter === undefined || expected === undefined) return [];
    const value = await this.#store.get(counter, { consistent: true });
    const held = await this.#store.held(counter);
    if (value === expected && held === 0) return [];
    const difference = value - expected;
    const wrong = [];
    if (difference !== 0) {
      const by = `${Math.abs(difference)} too ${difference > 0 ? "much" : "little"}`;
      wrong.push(`The counter ${counter} is ${value}; its executions say ${expected}: ${by}.`);
    }
    if (held !== 0)
      wrong.push(`Of the counter ${counter} ${held} are still held; all executions have ended.`);
    return wrong;
  }

  async #read(): Promise<void> {
    const counter = this.workload.counterOf(this.number);
    if (counter === undefined) return;
    const start = Date.now();
    const value = await this.#store.get(counter, { consistent: true });
    this.reads.push({ start, end: Date.now(), value });
  }
}
