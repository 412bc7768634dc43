import type { Operation } from "@aws/durable-execution-sdk-js";
import { isClosed } from "../service/execution-state.ts";

/** The format of an operation id. */
const ID = /^[0-9a-f]{16}$/;

/** The recorded state of an execution, and what follows only from positions. */
export interface RecordedState {
  /** JSON. */
  readonly payload: string | undefined;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Ids of virtual contexts. They are no operations, but code looks for them. */
  readonly virtual: ReadonlySet<string>;
  /** Ids of virtual contexts of a closed map or parallel. The durable SDK must not find them. */
  readonly absent: ReadonlySet<string>;
}

/**
 * A recorded state on which no body of an operation runs: open operations stay open, and unknown operations are found
 * pending. It records which operations the code asks for.
 *
 * The durable SDK does not tell which completed operations a replay has reached, and it calls the body of a new step
 * before it checkpoints. So it gets a state that watches it. SDK 2.4 builds its own state by `operations.map(…)` and
 * `.reduce(…, {})`. It reads `Type`, `Name` and `SubType` of an operation to compare it, and then `Status`. A version
 * that works in another way is refused before the handler runs.
 */
export class WatchedState {
  /** Ids of recorded operations that the code has reached. */
  readonly reached = new Set<string>();
  /**
   * Ids of reached operations that the durable SDK has compared with the code. It does not compare a waitForCondition.
   */
  readonly compared = new Set<string>();
  /** Ids of operations that the code has reached and the history does not have, in this order. */
  readonly unrecorded = new Set<string>();
  readonly #recorded: RecordedState;
  readonly #matched = new Set<string>();
  /** Whether the durable SDK has read the state in the expected way. */
  isWatched = false;

  constructor(recorded: RecordedState) {
    this.#recorded = recorded;
  }

  /** The operations of the initial state, for the durable SDK. */
  get operations(): Operation[] {
    const operations = [this.#execution(), ...Array.from(this.#recorded.operations.values(), waiting)];
    const map = (normalize: (operation: Operation) => Operation) => {
      const normalized = operations.slice().map((operation) => normalize(operation));
      const reduce = (fold: (state: object, operation: Operation) => object, state: object) => {
        this.isWatched = true;
        return Array.prototype.reduce.call(
          normalized,
          (into, each) => fold(into as object, each as Operation),
          this.#watch(state),
        );
      };
      return Object.defineProperty(normalized, "reduce", { value: reduce });
    };
    return Object.defineProperty(operations, "map", { value: map });
  }

  /** The SDK parses the input just before it calls the handler: the last moment to check that it is watched. */
  #execution(): Operation {
    const toString = () => {
      if (this.isWatched) return this.#recorded.payload ?? "{}";
      throw new Error(
        "This version of @aws/durable-execution-sdk-js keeps its state otherwise than 2.4, and cannot be watched " +
          "replaying; nothing of the handler ran. Use 2.4, or update @durable-counter/testing.",
      );
    };
    return {
      Id: "execution",
      Type: "EXECUTION",
      Status: "STARTED",
      StartTimestamp: new Date(0),
      // JSON.parse converts its argument to a string.
      ExecutionDetails: { InputPayload: { toString } as unknown as string },
    };
  }

  #watch(state: object): object {
    let listed: PropertyKey | undefined;
    return new Proxy(state, {
      // Object.entries asks for it before each value. Code that lists the state has not reached its operations.
      getOwnPropertyDescriptor: (target, key) => {
        listed = key;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      get: (target, key, receiver) => {
        const found: unknown = Reflect.get(target, key, receiver);
        const isListing = listed === key;
        listed = undefined;
        if (isListing || typeof key !== "string" || !ID.test(key)) return found;
        return found === undefined ? this.#unknown(key) : this.#watchOperation(key, found as Operation);
      },
    });
  }

  #watchOperation(id: string, operation: Operation): Operation {
    const reads = { Type: 0, Name: 0, SubType: 0 };
    return new Proxy(operation, {
      get: (target, key, receiver) => {
        if (key === "Type" || key === "Name" || key === "SubType") reads[key] += 1;
        if (key === "Type") this.compared.add(id);
        if (key === "Status") return this.#status(id, target, reads);
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  }

  /**
   * The SDK would run an operation whose status is impossible for its type: for example a step, if the history has a
   * callback that timed out. So such a status is shown only to code that matches. The SDK reads each field once more
   * when it reports a mismatch.
   */
  #status(id: string, operation: Operation, reads: Reads): Operation["Status"] {
    this.reached.add(id);
    if (reads.Type === 2 && reads.Name === 1 && reads.SubType === 1) this.#matched.add(id);
    const { Status } = operation;
    if (Status === "SUCCEEDED" || Status === "FAILED") return Status;
    return isClosed(operation) && this.#matched.has(id) ? Status : "PENDING";
  }

  /** An operation without a type: the SDK compares nothing, and all code waits for it. */
  #unknown(id: string): Operation | undefined {
    if (this.#recorded.absent.has(id)) return undefined;
    const operation = { Id: id, Status: "PENDING", CallbackDetails: { CallbackId: "unrecorded" } };
    return Object.defineProperty(operation as Operation, "Status", {
      get: () => {
        if (!this.#recorded.virtual.has(id)) this.unrecorded.add(id);
        return "PENDING";
      },
    });
  }
}

type Reads = Readonly<Record<"Type" | "Name" | "SubType", number>>;

/** Removes the due times, for which the SDK would set timers. */
function waiting(operation: Operation): Operation {
  const { WaitDetails: _, StepDetails, ...rest } = operation;
  if (StepDetails === undefined) return rest;
  const { NextAttemptTimestamp: __, ...details } = StepDetails;
  return { ...rest, StepDetails: details };
}
